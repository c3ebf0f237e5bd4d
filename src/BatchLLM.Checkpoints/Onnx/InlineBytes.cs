using System.Runtime.InteropServices;

namespace BatchLLM.Checkpoints.Onnx;

/// <summary>Bytes of a tensor that stands in model.onnx itself.</summary>
/// <param name="fileName">The model's file.</param>
/// <param name="bytes">The bytes.</param>
internal sealed class InlineBytes(string fileName, ReadOnlyMemory<byte> bytes) : ITensorBytes
{
    /// <inheritdoc/>
    public string FileName => fileName;

    /// <inheritdoc/>
    public void Read<T>(long offset, Span<T> destination)
        where T : struct
    {
        var target = MemoryMarshal.AsBytes(destination);
        bytes.Span.Slice(checked((int)offset), target.Length).CopyTo(target);
    }
}
