namespace BatchLLM.IntegrationTests.Cli;

/// <summary>Paths in the checkout that this test assembly was built from.</summary>
internal static class Checkout
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The executable, built in the same configuration as the tests.</summary>
    public static string Executable { get; } = Path.Combine(
        Root, "artifacts", "bin", "BatchLLM.Host", new DirectoryInfo(AppContext.BaseDirectory).Name, "BatchLLM.Host");

    public static string DemoModel { get; } = Path.Combine(Root, "jobs", "demo", "model");

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "BatchLLM.sln"))
            ? directory
            : FindRoot(Path.GetDirectoryName(directory)
                ?? throw new InvalidOperationException($"No BatchLLM.sln above {AppContext.BaseDirectory}."));
}
