namespace BatchLLM.Engine.Attention;

/// <summary>Keys or values as the right side of a product: vectors of 8 columns over rows of k, two by two.</summary>
/// <typeparam name="T">What an element is stored as.</typeparam>
/// <param name="data">The first vector of row 0.</param>
/// <param name="rowStride">Elements from one k to the next.</param>
/// <param name="pairStride">Elements from one pair of vectors to the next.</param>
/// <param name="halfStride">Elements from the first vector of a pair to the second.</param>
/// <param name="isWide">True to read a pair, which stands in one piece, as one vector of 16.</param>
internal readonly unsafe struct KvColumns<T>(T* data, nint rowStride, nint pairStride, nint halfStride, bool isWide)
    where T : unmanaged, IKvElement<T>
{
    /// <summary>Elements from one k to the next.</summary>
    public nint RowStride => rowStride;

    /// <summary>Elements from one pair of vectors to the next.</summary>
    public nint PairStride => pairStride;

    /// <summary>Elements from the first vector of a pair to the second.</summary>
    public nint HalfStride => halfStride;

    /// <summary>True if a pair may be read as one vector of 16.</summary>
    public bool IsWide => isWide;

    /// <summary>A vector of row 0.</summary>
    public T* Vector(int index) => data + index / 2 * pairStride + index % 2 * halfStride;
}
