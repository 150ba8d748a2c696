import { profileTests } from './profile';

profileTests('current', true);
