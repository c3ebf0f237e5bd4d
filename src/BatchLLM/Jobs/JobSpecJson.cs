using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using BatchLLM.Canaries;
using BatchLLM.Inference;

namespace BatchLLM.Jobs;

/// <summary>
/// A spec as the text of a job file with every key set, in a fixed order: what is stored with the job, what
/// <c>resume</c> reads again, and what the job's key is made of.
/// </summary>
public static class JobSpecJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text.</summary>
    public static string Write(JobSpec spec)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("name", spec.Name);
            json.WriteString("model", spec.Model);
            WriteInputs(json, spec.Inputs);
            WritePrompt(json, spec.Prompt);
            WriteIfSet(json, "id_column", spec.IdColumn);
            WriteSampling(json, spec.Sampling);
            WriteOutput(json, spec.Output);
            WriteIncremental(json, spec.Incremental);
            WriteCanary(json, spec.Canary);
            WritePolicies(json, spec.Policies);
            json.WriteString("engine", spec.Engine);
            json.WriteString("device", spec.Device);
            WriteIfSet(json, "numerics", spec.Numerics);
            WriteIfSet(json, "kv_cache", spec.KvCache);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteIfSet(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }

    private static void WriteInputs(Utf8JsonWriter json, IReadOnlyList<InputSpec> inputs)
    {
        json.WriteStartArray("input");
        foreach (var input in inputs)
        {
            json.WriteStartObject();
            json.WriteString("uri", input.Uri);
            json.WriteString("format", Name(input.Format));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WritePrompt(Utf8JsonWriter json, PromptSpec prompt)
    {
        json.WriteStartObject("prompt");
        if (prompt.OpenAiBatch)
        {
            json.WriteBoolean("openai_batch", true);
        }
        else if (prompt.MessagesColumn is not null)
        {
            json.WriteString("messages_column", prompt.MessagesColumn);
        }
        else if (prompt.Text is not null)
        {
            json.WriteString("text", prompt.Text);
        }
        else
        {
            json.WriteStartArray("messages");
            foreach (var message in prompt.Messages!)
            {
                json.WriteStartObject();
                json.WriteString("role", message.Role);
                json.WriteString("content", message.Content);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteSampling(Utf8JsonWriter json, SamplingSpec sampling)
    {
        json.WriteStartObject("sampling");
        WriteParameters(json, sampling.Defaults);
        json.WriteStartObject("columns");
        foreach (var (name, column) in sampling.Columns.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            json.WriteString(name, column);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameters(Utf8JsonWriter json, SamplingParameters sampling)
    {
        json.WriteNumber("max_tokens", sampling.MaxTokens);
        json.WriteNumber("temperature", sampling.Temperature);
        json.WriteNumber("top_p", sampling.TopP);
        json.WriteNumber("top_k", sampling.TopK);
        json.WriteNumber("seed", sampling.Seed);
        WriteTexts(json, "stop", sampling.Stop);
        json.WriteNumber("repetition_penalty", sampling.RepetitionPenalty);
        json.WriteNumber("presence_penalty", sampling.PresencePenalty);
        json.WriteNumber("frequency_penalty", sampling.FrequencyPenalty);
    }

    private static void WriteOutput(Utf8JsonWriter json, OutputSpec output)
    {
        json.WriteStartObject("output");
        json.WriteString("uri", output.Uri);
        json.WriteString("format", Name(output.Format));
        WriteTexts(json, "columns", output.Columns);
        json.WriteBoolean("token_ids", output.TokenIds);
        WriteIfSet(json, "keep", output.Keep is { } keep ? TimeBudget.Format(keep) : null);
        json.WriteEndObject();
    }

    private static void WriteIncremental(Utf8JsonWriter json, IncrementalSpec? incremental)
    {
        WriteIfSet(json, "incremental", incremental?.Since);
        if (incremental is { Since: null })
        {
            json.WriteBoolean("incremental", true);
        }
    }

    private static void WriteCanary(Utf8JsonWriter json, CanarySpec? canary)
    {
        if (canary is null)
        {
            return;
        }

        json.WriteStartObject("canary");
        json.WriteNumber("rows", canary.Rows);
        WriteIfSet(json, "max_failed", canary.MaxFailed is { } failed ? Percent(failed) : null);
        WriteIfSet(json, "max_truncated", canary.MaxTruncated is { } truncated ? Percent(truncated) : null);
        json.WriteEndObject();
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.######}%");

    private static void WritePolicies(Utf8JsonWriter json, PolicySpec policies)
    {
        json.WriteStartObject("policies");
        json.WriteString("overlong_prompt", NameOf(policies.OverlongPrompt));
        if (policies.ErrorBudgetRows is { } rows)
        {
            json.WriteNumber("error_budget", rows);
        }
        else if (policies.ErrorBudgetShare is { } share)
        {
            json.WriteString("error_budget", Percent(share));
        }

        if (policies.TimeBudget is { } time)
        {
            json.WriteString("time_budget", TimeBudget.Format(time));
        }

        if (policies.RowsPerShard is { } rowsPerShard)
        {
            json.WriteNumber("rows_per_shard", rowsPerShard);
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static string Name(DataFormat format) => format switch
    {
        DataFormat.Jsonl => "jsonl",
        DataFormat.Parquet => "parquet",
        DataFormat.Csv => "csv",
        _ => "auto",
    };

    internal static string NameOf(OverlongPolicy policy) => policy switch
    {
        OverlongPolicy.TruncateHead => "truncate_head",
        OverlongPolicy.TruncateTail => "truncate_tail",
        OverlongPolicy.TruncateMiddle => "truncate_middle",
        _ => "fail",
    };
}
