namespace BatchLLM.Rows;

/// <summary>Room outside memory for the length of one pass. What it held is gone once it is disposed. Not thread-safe.</summary>
public interface IScratch : IDisposable
{
    /// <summary>Puts bytes at an offset.</summary>
    /// <exception cref="BatchLLMException">There is no room; the message names the folder.</exception>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Fills <paramref name="bytes"/> with what was written at an offset.</summary>
    /// <exception cref="BatchLLMException">The device failed; the message names the folder.</exception>
    void Read(long offset, Span<byte> bytes);
}
