import * as v from 'valibot';

/** What a side's program can report; what each means stands at the bridge's `event`. */
export const EventName = v.picklist(['trusts-peer', 'refuses-peer', 'told', 'fault', 'ended', 'kept-ticket']);
