using System.Text.Json;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Tokens;

namespace BatchLLM.CudaTests.Model;

/// <summary>Small models for whole forward passes.</summary>
internal static class TestModels
{
    /// <summary>The demo's model.</summary>
    public static string Demo { get; } = Path.Combine(Checkout.Root, "jobs/demo/model");

    /// <summary>The demo's held-out tickets as its job has them asked. // [tickets] of [tokens]</summary>
    public static int[][] DemoPrompts(int count)
    {
        var tokenizer = TokenizerJson.Load(File.ReadAllBytes(Path.Combine(Demo, "tokenizer.json")), "tokenizer.json");
        return [.. File.ReadLines(Path.Combine(Checkout.Root, "jobs/demo/heldout/tickets.jsonl")).Take(count).Select(line =>
        {
            using var ticket = JsonDocument.Parse(line);
            return tokenizer.Encode(new PromptText(Question(ticket.RootElement.GetProperty("body").GetString()!), []));
        })];
    }

    private static string Question(string body) =>
        "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n" +
        "Summarize the support ticket in one line. Keep names, versions, codes and dates.<|eot_id|>" +
        $"<|start_header_id|>user<|end_header_id|>\n\n{body}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n";

    /// <summary>Random weights; a vocabulary that is no multiple of 16, three query heads to a key head.</summary>
    public static SyntheticModel Random(SyntheticPrecision precision, ulong seed, int layers = 3) => new(
        new LlamaConfig
        {
            Architecture = "LlamaForCausalLM",
            HiddenSize = 192,
            LayerCount = layers,
            HeadCount = 6,
            KvHeadCount = 2,
            HeadSize = 32,
            IntermediateSize = 384,
            VocabularySize = 1_003,
            ContextLength = 2_048,
            NormEpsilon = 1e-5,
            RopeTheta = 500_000,
            TiesEmbeddings = false,
        },
        precision,
        seed);
}
