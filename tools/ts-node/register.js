require('./index.js').register();
