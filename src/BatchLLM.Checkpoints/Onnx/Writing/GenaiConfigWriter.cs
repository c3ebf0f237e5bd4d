using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>Writes genai_config.json as onnxruntime-genai's model builder does for DirectML.</summary>
internal static class GenaiConfigWriter
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The file's text.</summary>
    public static string Text(LlamaConfig config, GenerationDefaults generation) => new JsonObject
    {
        ["model"] = new JsonObject
        {
            ["bos_token_id"] = generation.BosTokenId,
            ["context_length"] = config.ContextLength,
            ["decoder"] = Decoder(config),
            ["eos_token_id"] = generation.EosTokenIds is [var only] ? only : Ids(generation.EosTokenIds),
            ["pad_token_id"] = generation.PadTokenId ?? generation.EosTokenIds[0],
            ["type"] = "llama",
            ["vocab_size"] = config.VocabularySize,
        },
        ["search"] = Search(config, generation),
    }.ToJsonString(Indented);

    private static JsonObject Decoder(LlamaConfig config) => new()
    {
        ["session_options"] = new JsonObject
        {
            ["log_id"] = "onnxruntime-genai",
            ["provider_options"] = new JsonArray(new JsonObject { ["dml"] = new JsonObject() }),
        },
        ["filename"] = "model.onnx",
        ["head_size"] = config.HeadSize,
        ["hidden_size"] = config.HiddenSize,
        ["inputs"] = new JsonObject
        {
            ["input_ids"] = "input_ids",
            ["attention_mask"] = "attention_mask",
            ["position_ids"] = "position_ids",
            ["past_key_names"] = "past_key_values.%d.key",
            ["past_value_names"] = "past_key_values.%d.value",
        },
        ["outputs"] = new JsonObject
        {
            ["logits"] = "logits",
            ["present_key_names"] = "present.%d.key",
            ["present_value_names"] = "present.%d.value",
        },
        ["num_attention_heads"] = config.HeadCount,
        ["num_hidden_layers"] = config.LayerCount,
        ["num_key_value_heads"] = config.KvHeadCount,
    };

    private static JsonObject Search(LlamaConfig config, GenerationDefaults generation) => new()
    {
        ["diversity_penalty"] = 0.0,
        ["do_sample"] = generation.DoSample,
        ["early_stopping"] = true,
        ["length_penalty"] = 1.0,
        ["max_length"] = config.ContextLength,
        ["min_length"] = 0,
        ["no_repeat_ngram_size"] = 0,
        ["num_beams"] = 1,
        ["num_return_sequences"] = 1,
        ["past_present_share_buffer"] = true,
        ["repetition_penalty"] = 1.0,
        ["temperature"] = generation.Temperature,
        ["top_k"] = 1,
        ["top_p"] = generation.TopP,
    };

    private static JsonArray Ids(IReadOnlyList<int> ids) => [.. ids.Select(id => JsonValue.Create(id))];
}
