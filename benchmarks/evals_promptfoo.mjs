// A hand-written promptfoo provider: holds a whole dialogue, turn after turn, and checks the amounts itself.
// Its `vars` carry the system prompt and the lines; the output is the dialogue.
export default class Dialogue {
  constructor(options) {
    this.url = `${options.config.url}/chat/completions`;
  }

  id() {
    return 'dialogue';
  }

  async callApi(prompt, context) {
    const { system, lines } = context.vars;
    const said = [{ role: 'system', content: system }];
    for (const [asked] of JSON.parse(lines)) {
      said.push({ role: 'user', content: asked });
      const answer = await fetch(this.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
        body: JSON.stringify({ model: 'bench', messages: said, temperature: 0.3, max_tokens: 700 }),
      });
      said.push((await answer.json()).choices[0].message);
    }
    return { output: JSON.stringify(said.filter((message) => message.role === 'assistant').map((m) => m.content)) };
  }
}
