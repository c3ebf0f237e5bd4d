namespace BatchLLM.CudaTests;

/// <summary>The checkout that this test assembly was built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>Where the kernels are.</summary>
    public static string Kernels { get; } = Path.Combine(Root, "kernels");

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "BatchLLM.sln"))
            ? directory
            : FindRoot(Path.GetDirectoryName(directory)
                ?? throw new InvalidOperationException($"No BatchLLM.sln above {AppContext.BaseDirectory}."));
}
