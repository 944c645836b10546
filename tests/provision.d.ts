export function whichProgram(name: string): string | null;
export function installedBrowser(): string | null;
export function provision(): Promise<void>;
