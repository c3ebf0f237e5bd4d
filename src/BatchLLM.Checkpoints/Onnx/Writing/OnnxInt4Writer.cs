using BatchLLM.Checkpoints.Linear;
using Google.Protobuf;

namespace BatchLLM.Checkpoints.Onnx.Writing;

/// <summary>
/// Writes a decoder as onnxruntime-genai loads it: weights into model.onnx_data one after another, in any order, and at the
/// end model.onnx and genai_config.json. Memory holds one tensor, and of embedding and output matrix a band.
/// </summary>
/// <remarks>
/// To resume, keep <see cref="Written"/> after each <see cref="Flush"/>, and open with it: what was written later is cut
/// off. Tokenizer files are the caller's.
/// </remarks>
public sealed class OnnxInt4Writer : IDisposable
{
    private readonly string _directory;
    private readonly LlamaConfig _config;
    private readonly OnnxDataFile _data;

    /// <summary>Begins or resumes an export.</summary>
    /// <param name="directory">The folder, which must be there.</param>
    /// <param name="config">The model's numbers.</param>
    /// <param name="written">Empty, or what an earlier export had flushed.</param>
    /// <exception cref="BatchLLMException">The data file is shorter than the earlier export said.</exception>
    public OnnxInt4Writer(string directory, LlamaConfig config, IReadOnlyList<OnnxStoredTensor> written)
    {
        _directory = directory;
        _config = config;
        _data = new OnnxDataFile(directory, written);
    }

    /// <summary>The tensors written so far.</summary>
    public IReadOnlyList<OnnxStoredTensor> Written => _data.Written;

    /// <summary>Writes the token embedding, as halves.</summary>
    /// <param name="embedding">Any float type. // [vocabulary, hidden]</param>
    /// <exception cref="BatchLLMException">A value does not fit half precision.</exception>
    public void WriteEmbedding(Tensor embedding) => _data.AppendHalves(
        LlamaTensors.Embedding, _config.VocabularySize, _config.HiddenSize, isTurned: false,
        (firstRow, band) => embedding.ReadFloats((long)firstRow * _config.HiddenSize, band));

    /// <summary>Writes the output matrix, as halves and unquantized.</summary>
    /// <param name="head">Tied or not. // [vocabulary, hidden]</param>
    /// <exception cref="BatchLLMException">A value does not fit half precision.</exception>
    public void WriteHead(LinearWeight head) => _data.AppendHalves(
        OnnxNames.Weight(LlamaTensors.HeadModule), _config.VocabularySize, _config.HiddenSize, isTurned: true, head.ReadFloats);

    /// <summary>Writes a norm, as halves.</summary>
    /// <param name="name">Its name in safetensors checkpoints, for example <c>model.norm.weight</c>.</param>
    /// <param name="values">Its weights, divided already by AWQ's factors where those are folded in. // [hidden]</param>
    /// <exception cref="BatchLLMException">A value does not fit half precision.</exception>
    public void WriteNorm(string name, ReadOnlySpan<float> values) =>
        Append(OnnxNames.Plain(_config, name), [_config.HiddenSize], values);

    /// <summary>Writes a linear layer.</summary>
    /// <param name="module">For example <c>model.layers.0.self_attn.o_proj</c>.</param>
    /// <param name="weights">Its weights, multiplied already by the inverse of the factors.</param>
    /// <param name="factors">AWQ's factors on its input, positive; empty for none. // [inputs]</param>
    /// <exception cref="ArgumentException">There are factors for another number of inputs, or blocks are not whole.</exception>
    public void WriteLinear(string module, Int4Matrix weights, ReadOnlySpan<float> factors)
    {
        if ((factors.Length != 0 && factors.Length != weights.InputCount) || weights.InputCount % weights.BlockSize != 0)
        {
            throw new ArgumentException($"{module} has {weights.InputCount} inputs, {factors.Length} factors and blocks of " +
                $"{weights.BlockSize}; expected one factor per input and whole blocks.", nameof(factors));
        }

        _data.Append(OnnxNames.Codes(module), OnnxType.Int4, [weights.InputCount, weights.OutputCount], weights.Codes);
        _data.Append(OnnxNames.Scales(module), OnnxType.Float16, [weights.BlockCount, weights.OutputCount], weights.Scales);
        if (factors.Length > 0)
        {
            Append(OnnxNames.Factors(module), [weights.InputCount], factors);
        }
    }

    /// <summary>Writes the rotary angles of every position, as halves.</summary>
    /// <param name="rope">Of <see cref="LlamaConfig.ContextLength"/> positions.</param>
    public void WriteRope(StoredRope rope)
    {
        Append(OnnxNames.Cosines, [rope.Positions, _config.HeadSize / 2], rope.Cosines);
        Append(OnnxNames.Sines, [rope.Positions, _config.HeadSize / 2], rope.Sines);
    }

    /// <summary>Brings everything written so far to the disk.</summary>
    public void Flush() => _data.Flush();

    /// <summary>Writes model.onnx and genai_config.json.</summary>
    /// <exception cref="ArgumentException">A tensor is not written yet; the message names it.</exception>
    public void Finish(GenerationDefaults generation)
    {
        var model = DecoderGraph.Build(_config, Written);
        Flush();
        File.WriteAllBytes(Path.Combine(_directory, "model.onnx"), model.ToByteArray());
        File.WriteAllText(Path.Combine(_directory, GenaiConfigReader.FileName), GenaiConfigWriter.Text(_config, generation));
    }

    /// <inheritdoc/>
    public void Dispose() => _data.Dispose();

    private void Append(string name, long[] shape, ReadOnlySpan<float> values) =>
        _data.Append<Half>(name, OnnxType.Float16, shape, Halves.Of(name, values));
}
