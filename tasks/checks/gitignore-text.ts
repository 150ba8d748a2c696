/**
 * What a project leaves out of git. npm leaves every .gitignore out of a package, so the text lives here; a test holds the repository's own
 * to it, which adds what building just-lora makes.
 */
export const gitignore = `# Large or private: the folders are kept, their contents are not
/data/**
!/data/**/
!/data/**/.gitkeep
/models/**
!/models/.gitkeep
/adapters/**
!/adapters/.gitkeep
/logs/

# Python
__pycache__/
*.py[cod]
.ipynb_checkpoints/
.venv*

# This machine's own settings and just-lora's state
/configs/*.local.yaml
/configs/*.remote.yaml
/.just-lora/

# Node
node_modules/
.env
`;
