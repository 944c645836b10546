/** Reads a capture beside the page: dissecting a busy server's file takes seconds. */
import { answerCalls } from '../worker/answers.ts';
import { Reader } from './reader.ts';

answerCalls(new Reader());
