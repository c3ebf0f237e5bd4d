namespace BatchLLM.Cuda.Devices;

/// <summary>A copy from a device that the host can wait for later, while the device goes on. One copy at a time.</summary>
public interface IReadback : IDisposable
{
    /// <summary>Queues the copy, behind all that was queued before.</summary>
    /// <param name="address">Where it begins on the device.</param>
    /// <param name="bytes">At most what it was made for; none to be told only that all before has run.</param>
    void Queue(ulong address, int bytes);

    /// <summary>Waits for the copy, and for nothing that was queued after it.</summary>
    /// <returns>Valid until the next copy. // [bytes]</returns>
    /// <exception cref="BatchLLMException">Something queued failed on the device.</exception>
    ReadOnlySpan<byte> Wait();
}
