/** Runs of labs are told from the learner's own by their label. */
export const LAB_RUN = 'lab-';

export const isLabRun = (label: string): boolean => label.startsWith(LAB_RUN);
