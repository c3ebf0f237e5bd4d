namespace BatchLLM.Engine.Attention;

/// <summary>Keys or values as the right side of a product: vectors of 8 columns over rows of k.</summary>
/// <typeparam name="T">What an element is stored as.</typeparam>
/// <param name="data">The first vector of row 0.</param>
/// <param name="rowStride">Elements from one k to the next.</param>
/// <param name="vectorStride">Elements from one vector of 8 columns to the next.</param>
internal readonly unsafe struct KvColumns<T>(T* data, nint rowStride, nint vectorStride)
    where T : unmanaged, IKvElement<T>
{
    /// <summary>Elements from one k to the next.</summary>
    public nint RowStride => rowStride;

    /// <summary>Elements from one vector of 8 columns to the next.</summary>
    public nint VectorStride => vectorStride;

    /// <summary>A vector of row 0.</summary>
    public T* Vector(int index) => data + index * vectorStride;
}
