using System.Globalization;
using BatchLLM.Checkpoints;
using BatchLLM.Host.Inspection;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what is in a model directory, and everything that is wrong with it.</summary>
internal sealed class ModelView(Terminal terminal)
{
    /// <summary>Shows it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="plan">What it takes on the CPU; null if that is not known or not asked for.</param>
    /// <param name="gpu">What it takes on a GPU; null if that is not known or not asked for.</param>
    public void Show(ModelInspection model, MachinePlan? plan, GpuInspection? gpu)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(ModelOutput.Of(model, plan, gpu));
            return;
        }

        terminal.Text.WriteLine(model.Path);
        foreach (var line in Lines(model).Concat(plan is null ? [] : Lines(plan)).Concat(gpu is null ? [] : Lines(gpu)))
        {
            terminal.Text.WriteLine($"  {line}");
        }

        if (model.Groups.Count > 0)
        {
            terminal.Ansi.Write(Table(model));
        }

        ShowAll("Wrong", model.Problems);
        ShowAll("Note", model.Notices);
    }

    private static IEnumerable<string> Lines(ModelInspection model)
    {
        if (model.Config is not { } config)
        {
            yield break;
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{config.Architecture}, {model.ParameterCount:N0} parameters, {config.LayerCount} layers, hidden {config.HiddenSize}, " +
            $"{config.HeadCount} heads ({config.KvHeadCount} for keys and values) of {config.HeadSize}, " +
            $"vocabulary {config.VocabularySize:N0}");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"context {config.ContextLength:N0} tokens, rotary angles {(model.HasStoredRope ? "as stored in the checkpoint" : "computed")}, " +
            $"stop tokens {string.Join(", ", model.StopTokenIds)}");
        yield return $"quantization {model.Quantization.Label}" + (model.Quantization.Excluded.Count == 0
            ? ""
            : $", except {string.Join(", ", model.Quantization.Excluded)}");
    }

    private static IEnumerable<string> Lines(MachinePlan plan)
    {
        var others = plan.OtherNumerics.Count == 0 ? "" : $" (a job may choose {string.Join(" or ", plan.OtherNumerics)})";
        yield return $"runs here on engine {plan.Engine}; numerics {plan.Numerics}{others}";
        yield return $"KV cache {plan.KvCache}, {Number(plan.KvBytesPerToken)} bytes a token: {Size(plan.KvBytes)} for " +
            $"{Number(plan.Sequences)} sequences of {Number(plan.TokensPerSequence)} tokens";
        if (plan.WeightBytes is { } weights)
        {
            yield return $"weights {Size(weights)} in memory; this machine has {Size(plan.MemoryBytes)}" +
                (plan.Fits ? "" : ", too little for weights and KV cache together");
        }
    }

    private static IEnumerable<string> Lines(GpuInspection gpu)
    {
        var others = gpu.OtherNumerics.Count == 0 ? "" : $" (a job may choose {string.Join(" or ", gpu.OtherNumerics)})";
        yield return $"{gpu.Gpu}, compute capability {gpu.ComputeCapability}: numerics {gpu.Numerics}{others}, KV cache {gpu.KvCache}";
        if (gpu.Memory is { } memory)
        {
            yield return $"memory {Size(memory.FreeBytes)} free: weights {Size(memory.WeightBytes)}, a step {Size(memory.StepBytes)}, the driver's " +
                $"{Size(memory.ReserveBytes)}, KV cache {Size(memory.KvBytes)}";
            yield return $"KV cache {Number(memory.KvBlockCount)} blocks of {Number(memory.KvBlockTokens)} tokens: of {Number(gpu.Sequences)} " +
                $"sequences of {Number(gpu.TokensPerSequence)} tokens, {Number(Math.Min(gpu.Sequences, gpu.SequencesAtOnce))} at once";
        }

        if (gpu.Refusal is { } refusal)
        {
            yield return $"does not run there: {refusal}";
        }
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Size(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:0.0} KiB"),
    };

    private static Table Table(ModelInspection model)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Tensors", "Precision", "Count", "Parameters", "Bytes");
        foreach (var group in model.Groups)
        {
            table.AddRow(
                group.Name,
                string.Join(", ", group.Types),
                group.TensorCount.ToString("N0", CultureInfo.InvariantCulture),
                group.ParameterCount.ToString("N0", CultureInfo.InvariantCulture),
                group.SizeInBytes.ToString("N0", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private void ShowAll(string label, IReadOnlyList<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            terminal.Text.WriteLine($"{label}: {sentence}");
        }
    }
}
