using System.Globalization;
using System.Text.Json;
using BatchLLM.Checkpoints.Linear;
using BatchLLM.Checkpoints.Onnx.Writing;

namespace BatchLLM.Checkpoints.Quantize;

/// <summary>
/// An INT4 checkpoint in ONNX with AWQ factors: those of q, k, v and of gate, up are folded into the norms before them;
/// o_proj and down_proj, which have no norm before them, keep theirs as a product of their own.
/// </summary>
/// <remarks>Source: TensorRT-Model-Optimizer 0.23, onnx/quantization/int4.py.</remarks>
/// <param name="model">The unquantized model.</param>
/// <param name="rope">Computes the rotary angles of all positions, which the checkpoint brings along.</param>
/// <param name="directory">Where the checkpoint comes into being.</param>
/// <param name="scratch">For lists of what is written so far.</param>
internal sealed class OnnxTarget(ModelDirectory model, Func<StoredRope> rope, string directory, string scratch) : ICheckpointTarget
{
    private const int ChunkRows = 256;

    /// <inheritdoc/>
    public void WriteLayer(int layer, LayerStatistics? statistics, CancellationToken cancellationToken)
    {
        using var writer = Open(layer);
        WriteFolded(writer, layer, "input_layernorm", ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], statistics!.Attention);
        cancellationToken.ThrowIfCancellationRequested();
        WriteExplicit(writer, layer, "self_attn.o_proj", statistics.Output);
        WriteFolded(writer, layer, "post_attention_layernorm", ["mlp.gate_proj", "mlp.up_proj"], statistics.FeedForward);
        cancellationToken.ThrowIfCancellationRequested();
        WriteExplicit(writer, layer, "mlp.down_proj", statistics.Down);
        writer.Flush();
        Keep(layer + 1, writer.Written);
    }

    /// <inheritdoc/>
    public void Finish(CancellationToken cancellationToken)
    {
        CompanionFiles.Copy(model.Path, directory);
        using var writer = Open(model.Config.LayerCount);
        writer.WriteEmbedding(model.Tensor(LlamaTensors.Embedding));
        cancellationToken.ThrowIfCancellationRequested();
        writer.WriteHead(model.Linear(LlamaTensors.HeadModule));
        writer.WriteNorm(LlamaTensors.FinalNorm, Norm(LlamaTensors.FinalNorm));
        writer.WriteRope(rope());
        writer.Finish(GenerationDefaultsReader.Read(model));
    }

    private void WriteFolded(OnnxInt4Writer writer, int layer, string norm, string[] modules, InputStatistics input)
    {
        var linears = Array.ConvertAll(modules, module => model.Linear(LlamaTensors.Module(layer, module)));
        var block = Int4Weights.BlockSize(linears[0].Name, linears[0].InputCount);
        var factors = AwqSearch.Find(linears, input, block);
        var name = LlamaTensors.Layer(layer, norm);
        writer.WriteNorm(name, [.. Norm(name).Zip(factors, (weight, factor) => weight / factor)]);
        foreach (var linear in linears)
        {
            writer.WriteLinear(linear.Name, Encode(linear, factors, block), []);
        }
    }

    private void WriteExplicit(OnnxInt4Writer writer, int layer, string module, InputStatistics input)
    {
        var linear = model.Linear(LlamaTensors.Module(layer, module));
        var block = Int4Weights.BlockSize(linear.Name, linear.InputCount);
        var factors = AwqSearch.Find([linear], input, block);
        writer.WriteLinear(linear.Name, Encode(linear, factors, block), Array.ConvertAll(factors, factor => 1 / factor));
    }

    private static Int4Matrix Encode(LinearWeight weight, float[] factors, int block)
    {
        var matrix = new Int4Matrix(weight.OutputCount, weight.InputCount, block);
        var blocks = weight.InputCount / block;
        for (var first = 0; first < weight.OutputCount; first += ChunkRows)
        {
            var start = first;
            var rows = Math.Min(ChunkRows, weight.OutputCount - first);
            var codes = new sbyte[rows * weight.InputCount]; // [rows, inputs]
            var scales = new Half[rows * blocks]; // [rows, blocks]
            Parallel.For(0, rows, row => weight.Use(start + row, values => EncodeRow(
                values, factors, codes.AsSpan(row * weight.InputCount, weight.InputCount), scales.AsSpan(row * blocks, blocks))));
            matrix.SetRows(first, codes, scales);
        }

        return matrix;
    }

    private static void EncodeRow(ReadOnlySpan<float> weights, float[] factors, Span<sbyte> codes, Span<Half> scales)
    {
        var scaled = new float[weights.Length]; // [inputs]
        for (var i = 0; i < scaled.Length; i++)
        {
            scaled[i] = weights[i] * factors[i];
        }

        Int4Weights.Encode(scaled, codes, scales);
    }

    private float[] Norm(string name)
    {
        var weight = new float[model.Config.HiddenSize]; // [hidden]
        model.Tensor(name).ReadFloats(0, weight);
        return weight;
    }

    // One list for each layer, of what stands in the data file before it: a layer that was stopped is cut off and begun anew.
    private OnnxInt4Writer Open(int layer) => new(
        directory, model.Config, layer == 0 ? [] : JsonSerializer.Deserialize<List<OnnxStoredTensor>>(File.ReadAllBytes(ListOf(layer)))!);

    private void Keep(int layer, IReadOnlyList<OnnxStoredTensor> written) =>
        File.WriteAllBytes(ListOf(layer), JsonSerializer.SerializeToUtf8Bytes(written));

    private string ListOf(int layer) =>
        Path.Combine(scratch, string.Create(CultureInfo.InvariantCulture, $"written-{layer}.json"));
}
