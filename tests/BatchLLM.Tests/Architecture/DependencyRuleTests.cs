using System.Xml.Linq;
using Xunit;

namespace BatchLLM.Tests.Architecture;

/// <summary>The arrows between projects, as src/README.md draws them.</summary>
public sealed class DependencyRuleTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["BatchLLM"] = [],
        ["BatchLLM.Parquet"] = [],
        ["BatchLLM.Blobs"] = ["BatchLLM", "BatchLLM.Parquet"],
        ["BatchLLM.Checkpoints"] = ["BatchLLM"],
        ["BatchLLM.Engine"] = ["BatchLLM", "BatchLLM.Checkpoints"],
        ["BatchLLM.Cuda"] = ["BatchLLM", "BatchLLM.Checkpoints", "BatchLLM.Engine"],
        ["BatchLLM.Postgres"] = ["BatchLLM"],
        ["BatchLLM.Dashboard"] = ["BatchLLM"],
        ["BatchLLM.Host"] =
        [
            "BatchLLM", "BatchLLM.Parquet", "BatchLLM.Blobs", "BatchLLM.Checkpoints", "BatchLLM.Engine",
            "BatchLLM.Cuda", "BatchLLM.Postgres", "BatchLLM.Dashboard",
        ],
    };

    // Checkpoints reads ONNX models, which are protobuf messages.
    private static readonly Dictionary<string, string[]> Packages = new()
    {
        ["BatchLLM"] = [],
        ["BatchLLM.Parquet"] = ["System.IO.Hashing"],
        ["BatchLLM.Blobs"] =
        [
            "Azure.Storage.Blobs", "Azure.Identity", "System.IO.Hashing", "AWSSDK.S3", "AWSSDK.SecurityToken", "AWSSDK.SSO", "AWSSDK.SSOOIDC",
        ],
        ["BatchLLM.Checkpoints"] = ["Google.Protobuf", "Grpc.Tools"],
        ["BatchLLM.Engine"] = ["Iced"],
        ["BatchLLM.Cuda"] = [],
        ["BatchLLM.Dashboard"] = [],
    };

    private static readonly string[] WithUnsafeCode = ["BatchLLM.Engine", "BatchLLM.Cuda", "BatchLLM.Parquet"];

    public static TheoryData<string> Projects => [.. Directory
        .GetFiles(Path.Combine(RepositoryRoot.Path, "src"), "*.csproj", SearchOption.AllDirectories)
        .Select(file => Path.GetFileNameWithoutExtension(file))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_house_plan_allows(string project)
    {
        Assert.True(Allowed.ContainsKey(project), $"{project} has no rule here; add one, and its line in src/README.md.");
        var references = Values(project, "ProjectReference").Select(path => Path.GetFileNameWithoutExtension(path));
        Assert.Empty(references.Except(Allowed[project]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_edges_use_packages(string project)
    {
        if (Packages.TryGetValue(project, out var allowed))
        {
            Assert.Empty(Values(project, "PackageReference").Except(allowed));
        }
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Only_the_engines_and_parquet_may_hold_unsafe_code(string project)
    {
        var allows = Load(project).Descendants("AllowUnsafeBlocks").Any(element => element.Value == "true");
        Assert.True(!allows || WithUnsafeCode.Contains(project), $"{project} allows unsafe code.");
    }

    [Fact]
    public void The_root_holds_only_the_agreed_names()
    {
        string[] agreed =
        [
            "src", "kernels", "jobs", "migrations", "tests", "ops", "BatchLLM.sln", "README.md", "LICENSE",
            "Directory.Build.props", "Directory.Packages.props", "global.json", "artifacts", "out",
        ];
        var names = Directory.GetFileSystemEntries(RepositoryRoot.Path).Select(path => Path.GetFileName(path));
        Assert.Empty(names.Where(name => !name.StartsWith('.')).Except(agreed));
    }

    private static IEnumerable<string> Values(string project, string element) =>
        Load(project).Descendants(element).Select(item => item.Attribute("Include")!.Value);

    private static XDocument Load(string project) =>
        XDocument.Load(Path.Combine(RepositoryRoot.Path, "src", project, $"{project}.csproj"));
}
