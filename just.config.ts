import { registerTasks } from './tasks';

registerTasks();
