using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Quantize;
using BatchLLM.Engine.Attention;

namespace BatchLLM.Engine.Calibration;

/// <summary>
/// Runs prompts through an unquantized model on the CPU, all of them through one layer before any through the next: one
/// layer's weights and one batch's activations are in memory at a time, the rest waits in files.
/// </summary>
/// <param name="model">Unquantized; must outlive this object.</param>
/// <param name="sequences">Tokens of each prompt, at least one.</param>
/// <param name="scratch">Directory for the files between layers.</param>
public sealed class CalibrationPass(ModelDirectory model, IReadOnlyList<int[]> sequences, string scratch) : ILayerCalibration
{
    private readonly HiddenStates _states = new(scratch, model.Config.HiddenSize);

    /// <inheritdoc/>
    public string Digest { get; } = Compute(sequences);

    /// <inheritdoc/>
    /// <exception cref="BatchLLMException">The file that the layer before left is gone, or an activation is not finite.</exception>
    public LayerStatistics Run(int layer, Action<double> report, CancellationToken cancellationToken)
    {
        Prepare(layer);
        var collector = new LayerCollector(model.Config, layer, sequences.Sum(sequence => (long)sequence.Length));
        var batches = CalibrationBatch.Cut(sequences);
        var weights = new CalibrationLayer(model, layer);
        using (var input = _states.Open(layer))
        using (var output = _states.Create(layer + 1))
        {
            for (var i = 0; i < batches.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                report((double)i / batches.Count);
                RunBatch(batches[i], weights, collector, input, output);
            }

            output.Flush(flushToDisk: true);
        }

        _states.Publish(layer + 1);
        return collector.ToStatistics();
    }

    /// <inheritdoc/>
    public StoredRope Angles() => RopeTable.Angles(model.Config, model.Config.ContextLength);

    // The stream before the former layer is not needed once this one runs: whoever asks for it has stored the former's result.
    private void Prepare(int layer)
    {
        if (layer == 0)
        {
            _states.WriteEmbeddings(model.Tensor(LlamaTensors.Embedding), sequences.SelectMany(sequence => sequence));
            return;
        }

        if (!_states.Exists(layer))
        {
            throw new BatchLLMException(
                $"{scratch}: the calibration's state before layer {layer} is gone. Remove the directory given with --to and begin anew.");
        }

        _states.Delete(layer - 1);
    }

    private void RunBatch(
        CalibrationBatch batch, CalibrationLayer weights, LayerCollector collector, FileStream input, FileStream output)
    {
        var hidden = new float[batch.TokenCount * model.Config.HiddenSize]; // [tokens, hidden]
        input.ReadExactly(MemoryMarshal.AsBytes(hidden.AsSpan()));
        weights.Run(hidden, batch.Lengths, collector);
        output.Write(MemoryMarshal.AsBytes<float>(hidden));
    }

    private static string Compute(IReadOnlyList<int[]> sequences)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new byte[sizeof(int)];
        foreach (var sequence in sequences)
        {
            foreach (var number in sequence.Prepend(sequence.Length))
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
