/** How to run a model's files with transformers. */
export function loadSnippet(artifact: { artifactId: string }): string {
  const folder = `./${artifact.artifactId.slice(0, 12)}`;
  return [
    'from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast',
    '',
    `tokenizer = PreTrainedTokenizerFast(tokenizer_file="${folder}/tokenizer.json")`,
    `model = AutoModelForCausalLM.from_pretrained("${folder}")`,
    'inputs = tokenizer("日本語の", return_tensors="pt", return_token_type_ids=False)',
    'print(tokenizer.decode(model.generate(**inputs, max_new_tokens=64, do_sample=True)[0]))',
  ].join('\n');
}
