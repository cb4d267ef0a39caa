/** The look of the pages of accounts: the colours of the browser's theme, one column on a phone. */
export const style = `
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --accent: #0b6bcb; --bad: #b3261e; --good: #146c2e; }
@media (prefers-color-scheme: dark) { :root { --accent: #7fb8ff; --bad: #ffb4ab; --good: #8fd99f; } }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; padding: 1rem; background: Canvas; color: CanvasText; }
main { max-width: 56rem; margin: 0 auto; }
main.narrow { max-width: 24rem; margin-top: 8vh; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin-bottom: 1rem; }
header h1 { flex: 1 1 auto; margin: 0; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 0 0 .6rem; }
section { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; margin-bottom: 1rem; background: var(--soft); }
form { display: grid; gap: .7rem; }
form.row { grid-template-columns: repeat(auto-fit, minmax(min(100%, 12rem), 1fr)); align-items: end; margin-top: .8rem; }
label { display: grid; gap: .2rem; font-size: .9rem; }
input, select, button { font: inherit; padding: .5rem .6rem; border: 1px solid var(--line); border-radius: .5rem; min-height: 2.6rem; width: 100%; }
input, select { background: Field; color: FieldText; }
input[type=checkbox] { width: 1.2rem; min-height: 1.2rem; }
button { cursor: pointer; background: transparent; color: var(--accent); width: auto; }
button.main { background: #0b5cad; border-color: #0b5cad; color: #fff; font-weight: 600; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
p { margin: .3rem 0; } .quiet { opacity: .8; font-size: .9rem; }
.bad { color: var(--bad); } .good { color: var(--good); }
.secret { overflow-wrap: anywhere; font-family: ui-monospace, monospace; border: 1px dashed var(--line); border-radius: .5rem; padding: .6rem; user-select: all; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; padding: .35rem .6rem .35rem 0; vertical-align: middle; border-bottom: 1px solid var(--line); }
td input:not([type=checkbox]) { min-width: 9rem; } td select { min-width: 7rem; }
td:last-child { white-space: nowrap; } td button { margin-right: .3rem; }
@media (max-width: 36rem) {
  input, select, button { min-height: 2.75rem; }
  label:has([type=checkbox]), td:has([type=checkbox]) { padding-block: .8rem; }
  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  tr { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9rem), 1fr)); gap: .3rem .8rem; align-items: center;
    padding: .6rem 0; border-bottom: 1px solid var(--line); }
  td, td:last-child { padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; }
  td:empty { display: none; }
  td[data-name]::before { content: attr(data-name) ' '; opacity: .8; font-size: .9rem; }
}
`;
