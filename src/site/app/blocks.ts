/** The components behind the blocks of a lesson. Rooms do not know each other, so they meet here. */
import type { BenchComponents } from '../course/context.ts';
import Desk from '../stage/Desk.svelte';
import Stage from '../stage/Stage.svelte';
import Tool from '../workbench/Tool.svelte';
import Trust from '../workbench/Trust.svelte';

export const BENCH: BenchComponents = { workbench: Tool, trust: Trust, stage: Stage, desk: Desk };
