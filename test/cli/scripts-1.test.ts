import { playScripts } from './play.ts';

playScripts(1);
