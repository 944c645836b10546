/** The digits of a serial number as somebody types it: `0x0A:bc` is `0Abc`. What is no hex stays, to be refused. */
export const typedSerial = (text: string): string => text.replace(/^0x|[:\s]/gi, '');
