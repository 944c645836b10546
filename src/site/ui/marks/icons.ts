/** Icons as paths on a 16 px grid; drawn with a 1.5 px line in the colour of the text beside them. */
export const ICONS = {
  again: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  back: 'M10 3L5 8l5 5',
  beam: 'M1.5 3.5h13v7.5h-13zM8 11v3M5 14h6',
  check: 'M3.5 8.5l3 3 6-7',
  close: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  copy: 'M7 5.5h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7A1.5 1.5 0 0 1 5.5 12V7A1.5 1.5 0 0 1 7 5.5zM10.5 5.5v-3h-8v8h3',
  down: 'M4 6l4 4 4-4',
  download: 'M8 2.5v7.5M4.8 7L8 10.2 11.2 7M3 13.5h10',
  drop: 'M3.5 3.5l9 9M12.5 3.5l-9 9',
  edit: 'M3 13l.7-3L11 2.7l2.3 2.3L6 12.3zM9.5 4.2l2.3 2.3',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  flip: 'M3 6h9l-2.5-2.5M13 10H4l2.5 2.5',
  key: 'M5 8.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM6.8 9.2L13 3M10.5 5.5l2 2',
  lock: 'M4.5 7h7A1.5 1.5 0 0 1 13 8.5v4a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 12.5v-4A1.5 1.5 0 0 1 4.5 7zM5 7V5a3 3 0 0 1 6 0v2',
  menu: 'M2 4h12M2 8h12M2 12h12',
  moon: 'M13.2 9.8A5.6 5.6 0 0 1 6.2 2.8a5.6 5.6 0 1 0 7 7z',
  open: 'M4.5 7h7A1.5 1.5 0 0 1 13 8.5v4a1.5 1.5 0 0 1-1.5 1.5h-7A1.5 1.5 0 0 1 3 12.5v-4A1.5 1.5 0 0 1 4.5 7zM5 7V5a3 3 0 0 1 5.8-1',
  play: 'M4.5 3v10l8-5z',
  right: 'M6 4l4 4-4 4',
  screen: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
  step: 'M3.5 3v10l7-5zM13 3v10',
  sun: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7',
  swap: 'M5 3v10l-2.5-2.5M11 13V3l2.5 2.5',
  until: 'M2 8h8M7 5l3 3-3 3M13 3v10',
} as const satisfies Record<string, string>;

export type IconName = keyof typeof ICONS;
