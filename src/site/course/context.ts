/** What the parts of an open lesson share. */
import { createContext } from 'svelte';
import type { Component } from 'svelte';
import type { BlockParams } from '$core/course/blocks.ts';
import type { CourseLesson } from '$core/world/vocabulary.ts';
import type { LessonChecks } from './checking.svelte.ts';
import type { BenchName } from './story.ts';

/** The components for the bench, handed in by `app`: this room does not know the workbench or the stage. */
export type BenchComponents = { readonly [Name in BenchName]: Component<BlockParams<Name>> };

export interface OpenLesson {
  readonly lesson: CourseLesson;
  readonly checks: LessonChecks;
  readonly bench: BenchComponents;
}

export const [openLesson, setOpenLesson] = createContext<OpenLesson>();
