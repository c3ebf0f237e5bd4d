using System.Text.Json;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>How far a quantization has come, and which one it is. Stored beside what it has written.</summary>
/// <param name="Source">Digest of the unquantized model.</param>
/// <param name="Format">The layout's name.</param>
/// <param name="Fp8Kv">True if scales of an FP8 KV cache are written.</param>
/// <param name="Calibration">Digest of the calibration tokens; null without.</param>
/// <param name="LayersDone">Layers whose files are whole.</param>
internal sealed record QuantizeState(string Source, string Format, bool Fp8Kv, string? Calibration, int LayersDone)
{
    private const string FileName = "state.json";

    /// <summary>Reads the state of a scratch directory; null if nothing was begun there.</summary>
    /// <exception cref="BatchLLMException">The file is damaged.</exception>
    public static QuantizeState? Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<QuantizeState>(File.ReadAllBytes(path)) : null;
        }
        catch (JsonException exception)
        {
            throw new BatchLLMException(
                $"{path} is not what this program writes ({exception.Message}). Remove the directory given with --to and begin anew.");
        }
    }

    /// <summary>Replaces the stored state; after a crash either the former or this one is found.</summary>
    public void Write(string directory)
    {
        var path = Path.Combine(directory, FileName);
        using (var stream = File.Create(path + ".new"))
        {
            JsonSerializer.Serialize(stream, this);
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>What keeps a run from going on from a former one's state; null if nothing does.</summary>
    public string? DifferenceFrom(QuantizeState former) =>
        former.Source != Source ? "another model (--from)"
        : former.Format != Format ? $"--format {former.Format}"
        : former.Fp8Kv != Fp8Kv ? $"--kv-cache {(former.Fp8Kv ? "fp8" : "full")}"
        : former.Calibration != Calibration ? "other calibration prompts (--calibration, --samples)"
        : null;
}
