/** The labs of the room, in their order; the first is what `#/labs` shows. */
export const LABS = [
  {
    id: 'passwords',
    name: 'Passwords',
    title: 'Crack a password table',
    says:
      'A thief has copied the desk’s table of passwords. What it is worth depends on how it was made. Here are the same ' +
      'four passwords in three tables, and a real attack on each.',
  },
  {
    id: 'order',
    name: 'One order',
    title: 'One order, six ways to send it',
    says:
      'Somebody on the way changes one bit of your order, without knowing any key. The bit is the same each time. What ' +
      'becomes of the order depends on how it was sealed.',
  },
  {
    id: 'password-and-certificate',
    name: 'Whose password',
    title: 'Bob’s password over Alice’s certificate',
    says:
      'TLS says who has connected, the password says who is typing. What if these are not the same? Here Alice tries it, ' +
      'with Bob’s right password.',
  },
  {
    id: 'role',
    name: 'Whose word',
    title: 'The role in the message, the role in the books',
    says:
      'A customer writes into a request that they are a manager. Whether that works depends on one line of the desk’s ' +
      'code.',
  },
  {
    id: 'two-ways-out',
    name: 'Two ways out',
    title: 'Revoked, or out of time',
    says:
      'A certificate must not be used any more. It can run out by itself, or its CA can take it back. For a connection ' +
      'that is open, for a new one and for one that goes on from an earlier one these are not the same.',
  },
] as const;

export type Lab = (typeof LABS)[number];

/** The lab of that id, the first where none is named; undefined where there is no such lab. */
export const labOf = (id: string | null): Lab | undefined =>
  id === null ? LABS[0] : LABS.find((lab) => lab.id === id);
