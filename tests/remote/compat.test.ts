import { profileTests } from './profile';

profileTests('compat', true);
