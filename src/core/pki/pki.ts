/**
 * Keys, requests and certificates as the course makes them. PEM text in, PEM text out, so that the same functions run
 * in Node and, behind a message port, in a Worker. The public face of this folder.
 */
export {};
