namespace BatchLLM.Tests.Architecture;

/// <summary>Finds the checkout that this test assembly was built from.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string directory) =>
        File.Exists(System.IO.Path.Combine(directory, "BatchLLM.sln"))
            ? directory
            : Find(System.IO.Path.GetDirectoryName(directory)
                ?? throw new InvalidOperationException($"No BatchLLM.sln above {AppContext.BaseDirectory}."));
}
