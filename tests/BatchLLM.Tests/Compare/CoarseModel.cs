using BatchLLM.Checkpoints;
using BatchLLM.Engine;
using BatchLLM.Tests.Checkpoints;

namespace BatchLLM.Tests.Compare;

/// <summary>A golden model and a copy of it whose BF16 weights lost bits of their mantissa: alike, and not the same.</summary>
internal sealed class CoarseModel : IDisposable
{
    private const string Original = "tied-bf16";
    private readonly ModelCopy _copy = new(Original);

    /// <param name="lowByteMask">Which bits of each weight's low byte stay: the last of the exponent, then the mantissa.</param>
    public CoarseModel(byte lowByteMask) => _copy.EditHeader("model.safetensors", header => header, data =>
    {
        for (var i = 0; i < data.Length; i += 2)
        {
            data[i] &= lowByteMask;
        }

        return data;
    });

    /// <summary>Ids that end a completion.</summary>
    public static IReadOnlySet<int> StopTokens { get; } = new HashSet<int> { 2, 17, 99 };

    public static CpuModelRunner OpenOriginal(long kvBytes = 8 << 20) => Open(Engine.TestData.Model(Original), kvBytes);

    public CpuModelRunner Open(long kvBytes = 8 << 20) => Open(_copy.Folder, kvBytes);

    /// <summary>Turns every weight into NaN.</summary>
    public void Spoil() => _copy.EditHeader("model.safetensors", header => header, data =>
    {
        data.AsSpan().Fill(0xFF);
        return data;
    });

    public void Dispose() => _copy.Dispose();

    private static CpuModelRunner Open(string path, long kvBytes)
    {
        using var model = ModelDirectory.Open(path);
        return new CpuModelRunner(model, new CpuModelRunnerOptions(2, StepTokens: 64, KvBlockTokens: 8, KvBytes: kvBytes));
    }
}
