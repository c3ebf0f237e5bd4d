using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using BatchLLM.Cuda.Kernels;
using Xunit;

namespace BatchLLM.CudaTests.Kernels;

/// <summary>Structures that C# fills and kernels read: the same fields, in the same order and of the same size.</summary>
public sealed partial class ArgumentLayoutTests
{
    private const string Suffix = "Arguments";

    public static TheoryData<string> Structures =>
    [
        .. typeof(AddNormArguments).Assembly.GetTypes()
            .Where(type => type.IsValueType && type.Namespace == typeof(AddNormArguments).Namespace
                && (type.Name.EndsWith(Suffix, StringComparison.Ordinal) || type == typeof(ChoiceRow)))
            .Select(type => type.Name),
    ];

    [Theory]
    [MemberData(nameof(Structures))]
    public void Fields_are_those_of_the_kernels_source(string name)
    {
        var type = typeof(AddNormArguments).Assembly.GetType($"{typeof(AddNormArguments).Namespace}.{name}")!;
        var source = Sources().Select(text => Declaration(text, name.Replace(Suffix, "", StringComparison.Ordinal))).Single(text => text is not null)!;
        var expected = Field().Matches(source).Select(match => (
            Name: match.Groups["name"].Value.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant(),
            Type: match.Groups["pointer"].Success ? typeof(ulong) : Types[match.Groups["type"].Value]));
        var offset = 0;
        foreach (var ((fieldName, fieldType), field) in expected.Zip(Fields(type), (e, f) => (e, f)))
        {
            offset = (offset + Marshal.SizeOf(fieldType) - 1) / Marshal.SizeOf(fieldType) * Marshal.SizeOf(fieldType);
            Assert.Equal(fieldName, Name(field).ToUpperInvariant());
            Assert.Equal(fieldType, field.FieldType);
            Assert.Equal(offset, (int)Marshal.OffsetOf(type, field.Name));
            offset += Marshal.SizeOf(fieldType);
        }

        Assert.Equal(expected.Count(), Fields(type).Count());
    }

    private static Dictionary<string, Type> Types { get; } = new()
    {
        ["i32"] = typeof(int),
        ["u32"] = typeof(uint),
        ["u64"] = typeof(ulong),
        ["float"] = typeof(float),
        ["double"] = typeof(double),
    };

    private static IEnumerable<string> Sources() => Directory.GetFiles(Checkout.Kernels, "*.*").Select(File.ReadAllText);

    private static string? Declaration(string source, string name)
    {
        var match = Regex.Match(source, $@"^struct {name}\n\{{\n(?<fields>.*?)^\}};", RegexOptions.Multiline | RegexOptions.Singleline);
        return match.Success ? match.Groups["fields"].Value : null;
    }

    private static IEnumerable<FieldInfo> Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).OrderBy(field => field.MetadataToken);

    private static string Name(FieldInfo field) => field.Name.TrimStart('<').Split('>')[0];

    [GeneratedRegex(@"^ +(const )?(?<type>\w+)(?<pointer>\*)? (?<name>\w+);", RegexOptions.Multiline)]
    private static partial Regex Field();
}
