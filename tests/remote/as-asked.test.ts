import { profileTests } from './profile';

profileTests('as-asked', false);
