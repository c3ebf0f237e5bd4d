using System.Globalization;
using System.Text.Json;
using BatchLLM.Canaries;
using BatchLLM.Inference;
using BatchLLM.Jobs.Json;
using BatchLLM.Prompts;

namespace BatchLLM.Jobs;

/// <summary>A job file that its schema accepts, as a <see cref="JobSpec"/>; what it leaves out takes the records' defaults.</summary>
internal static class JobSpecReader
{
    public static JobSpec Read(JsonTree file)
    {
        var output = file.Find("output")!;
        return new JobSpec
        {
            Name = Text(file, "name")!,
            Model = Text(file, "model")!,
            Inputs = ReadInputs(file.Find("input")!),
            Prompt = ReadPrompt(file.Find("prompt")!),
            IdColumn = Text(file, "id_column"),
            Sampling = ReadSampling(file.Find("sampling")),
            Output = new OutputSpec
            {
                Uri = Text(output, "uri")!,
                Format = ReadFormat(Text(output, "format") ?? "jsonl"),
                Columns = Texts(output.Find("columns")),
                TokenIds = output.Find("token_ids")?.Kind == JsonValueKind.True,
                Keep = Text(output, "keep") is { } keep ? TimeBudget.Parse(keep) : null,
            },
            Incremental = ReadIncremental(file.Find("incremental")),
            Canary = ReadCanary(file.Find("canary")),
            Policies = ReadPolicies(file.Find("policies")),
            Engine = Text(file, "engine") ?? "local",
            Device = Text(file, "device") ?? DeviceNames.Cpu,
            Numerics = Text(file, "numerics"),
            KvCache = Text(file, "kv_cache"),
        };
    }

    private static IReadOnlyList<InputSpec> ReadInputs(JsonTree input) => input.Kind switch
    {
        JsonValueKind.Array => [.. input.Items.SelectMany(ReadInputs)],
        JsonValueKind.String => [new InputSpec(input.Text, DataFormat.Auto)],
        _ => [new InputSpec(Text(input, "uri")!, ReadFormat(Text(input, "format") ?? "auto"))],
    };

    private static DataFormat ReadFormat(string name) => name switch
    {
        "jsonl" => DataFormat.Jsonl,
        "parquet" => DataFormat.Parquet,
        "csv" => DataFormat.Csv,
        _ => DataFormat.Auto,
    };

    private static PromptSpec ReadPrompt(JsonTree prompt) => new()
    {
        Messages = prompt.Find("messages") is { } messages
            ? [.. messages.Items.Select(item => new ChatMessage(Text(item, "role")!, Text(item, "content")!))]
            : null,
        Text = Text(prompt, "text"),
        MessagesColumn = Text(prompt, "messages_column"),
        OpenAiBatch = prompt.Find("openai_batch") is not null,
    };

    private static SamplingSpec ReadSampling(JsonTree? sampling)
    {
        var defaults = new SamplingParameters();
        return sampling is null ? new SamplingSpec() : new SamplingSpec
        {
            Defaults = new SamplingParameters
            {
                MaxTokens = (int)(Integer(sampling, "max_tokens") ?? defaults.MaxTokens),
                Temperature = Number(sampling, "temperature") ?? defaults.Temperature,
                TopP = Number(sampling, "top_p") ?? defaults.TopP,
                TopK = (int)(Integer(sampling, "top_k") ?? defaults.TopK),
                Seed = (ulong)(Integer(sampling, "seed") ?? 0),
                Stop = sampling.Find("stop") is { Kind: JsonValueKind.String } stop ? [stop.Text] : Texts(sampling.Find("stop")),
                RepetitionPenalty = Number(sampling, "repetition_penalty") ?? defaults.RepetitionPenalty,
                PresencePenalty = Number(sampling, "presence_penalty") ?? defaults.PresencePenalty,
                FrequencyPenalty = Number(sampling, "frequency_penalty") ?? defaults.FrequencyPenalty,
            },
            Columns = (sampling.Find("columns")?.Members ?? [])
                .ToDictionary(member => member.Name, member => member.Value.Text, StringComparer.Ordinal),
        };
    }

    private static IncrementalSpec? ReadIncremental(JsonTree? incremental) => incremental?.Kind switch
    {
        JsonValueKind.True => new IncrementalSpec(Since: null),
        JsonValueKind.String => new IncrementalSpec(incremental.Text),
        _ => null,
    };

    private static CanarySpec? ReadCanary(JsonTree? canary) => canary is null ? null : new CanarySpec(
        (int)Integer(canary, "rows")!,
        Text(canary, "max_failed") is { } failed ? ReadShare(failed) : null,
        Text(canary, "max_truncated") is { } truncated ? ReadShare(truncated) : null);

    private static PolicySpec ReadPolicies(JsonTree? policies)
    {
        if (policies is null)
        {
            return new PolicySpec();
        }

        var budget = policies.Find("error_budget");
        return new PolicySpec
        {
            OverlongPrompt = ReadOverlong(Text(policies, "overlong_prompt")),
            ErrorBudgetRows = budget?.Kind == JsonValueKind.Number ? Integer(policies, "error_budget") : null,
            ErrorBudgetShare = budget?.Kind == JsonValueKind.String ? ReadShare(budget.Text) : null,
            TimeBudget = Text(policies, "time_budget") is { } time ? TimeBudget.Parse(time) : null,
            RowsPerShard = (int?)Integer(policies, "rows_per_shard"),
        };
    }

    private static OverlongPolicy ReadOverlong(string? name) => name switch
    {
        "truncate_head" => OverlongPolicy.TruncateHead,
        "truncate_tail" => OverlongPolicy.TruncateTail,
        "truncate_middle" => OverlongPolicy.TruncateMiddle,
        _ => OverlongPolicy.Fail,
    };

    private static double ReadShare(string percent) =>
        double.Parse(percent[..^1], NumberStyles.Float, CultureInfo.InvariantCulture) / 100;

    private static string? Text(JsonTree tree, string name) => tree.Find(name)?.Text;

    private static IReadOnlyList<string> Texts(JsonTree? array) => [.. (array?.Items ?? []).Select(item => item.Text)];

    private static long? Integer(JsonTree tree, string name) => tree.Find(name) is { } value
        ? long.Parse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
        : null;

    private static double? Number(JsonTree tree, string name) => tree.Find(name) is { } value
        ? double.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture)
        : null;
}
