export { trainingPython } from '../remote/python';
