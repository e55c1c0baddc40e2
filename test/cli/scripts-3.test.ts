import { playScripts } from './play.ts';

playScripts(3);
