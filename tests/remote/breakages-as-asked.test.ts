import { breakageTests } from './breakages';

breakageTests('as-asked');
