import { breakageTests } from './breakages';

breakageTests('current');
