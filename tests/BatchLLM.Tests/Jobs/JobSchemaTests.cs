using System.Globalization;
using System.Reflection;
using System.Text.Json;
using BatchLLM.Canaries;
using BatchLLM.Checkpoints;
using BatchLLM.Inference;
using BatchLLM.Jobs;
using BatchLLM.Jobs.Json;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Jobs;

/// <summary>The schema is what editors know of a job file; these tests keep it and the program of one mind.</summary>
public sealed class JobSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(JobSchema.Bytes).RootElement;

    [Fact]
    public void Every_key_of_the_schema_is_written_by_the_effective_job_file()
    {
        var text = JobSpecJson.Write(JobSchema.Parse(JobFileTests.Everything).Require());
        var written = Keys(JsonDocument.Parse(text).RootElement, "");

        // One job has one kind of prompt; the address of the schema is for editors alone.
        string[] elsewhere = ["$schema", "prompt.text", "prompt.messages_column", "prompt.openai_batch"];
        Assert.Equal(SchemaKeys(Schema, "").Except(elsewhere).Order(), written.Distinct().Order());
    }

    [Theory]
    [InlineData("numerics")]
    [InlineData("kv_cache")]
    public void Names_of_the_schema_are_those_of_the_checkpoints(string key)
    {
        var names = Schema.GetProperty("properties").GetProperty(key).GetProperty("enum").EnumerateArray()
            .Select(name => name.GetString()!).ToList();

        Assert.Equal(key == "numerics" ? NumericsNames.All : KvPrecisionNames.All, names);
    }

    [Fact]
    public void Defaults_of_the_schema_are_those_of_the_records()
    {
        var spec = JobSchema.Parse(JobSchema.Minimal()).Require();
        var effective = JsonDocument.Parse(JobSpecJson.Write(spec)).RootElement;

        var defaults = Defaults(Schema, "").ToList();

        Assert.Equal(16, defaults.Count);
        Assert.All(defaults, item => Assert.Equal(
            item.Json, item.Path.Split('.').Aggregate(effective, (node, key) => node.GetProperty(key)).GetRawText()));
    }

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("temperature")]
    [InlineData("top_p")]
    [InlineData("top_k")]
    [InlineData("repetition_penalty")]
    [InlineData("presence_penalty")]
    [InlineData("frequency_penalty")]
    public void Ranges_of_the_schema_are_those_of_rows(string name)
    {
        var rules = Schema.GetProperty("properties").GetProperty("sampling").GetProperty("properties").GetProperty(name);
        var step = rules.GetProperty("type").ValueEquals("integer") ? 1 : 1e-9;
        var most = rules.GetProperty("maximum").GetDouble();
        var isOpen = rules.TryGetProperty("exclusiveMinimum", out var least);
        var start = isOpen ? least.GetDouble() + step : rules.GetProperty("minimum").GetDouble();

        Assert.All(new[] { start, most }, value => Assert.Null(RowProblem(name, value)));
        Assert.All(new[] { start - step, most + step }, value =>
        {
            var row = RowProblem(name, value);
            Assert.NotNull(row);
            var text = value.ToString("R", CultureInfo.InvariantCulture);
            var file = JobSchema.Parse(JobSchema.Minimal($",\"sampling\":{{\"{name}\":{text}}}")).Problems;
            Assert.Equal($"sampling.{row}", Assert.Single(file).Message);
        });
    }

    [Fact]
    public void Parameters_that_columns_override_are_the_parameters_of_rows()
    {
        var sampling = Schema.GetProperty("properties").GetProperty("sampling").GetProperty("properties");
        var columns = sampling.GetProperty("columns").GetProperty("properties").EnumerateObject().Select(item => item.Name);

        Assert.Equal(SamplingOverrides.Names, columns);
        Assert.Equal([.. SamplingOverrides.Names, "columns"], sampling.EnumerateObject().Select(item => item.Name));
    }

    [Fact]
    public void Every_key_says_what_it_is()
    {
        var silent = Properties(Schema, "")
            .Where(item => !item.Path.StartsWith("sampling.columns.", StringComparison.Ordinal))
            .Where(item => !item.Rules.TryGetProperty("title", out _) || !item.Rules.TryGetProperty("description", out _));

        Assert.Empty(silent);
    }

    [Fact]
    public void Examples_of_the_schema_are_accepted()
    {
        var examples = Properties(Schema, "").Where(item => item.Rules.TryGetProperty("examples", out _)).ToList();

        Assert.NotEmpty(examples);
        foreach (var (path, rules) in examples.Where(item => !item.Path.StartsWith("prompt", StringComparison.Ordinal)))
        {
            Assert.All(rules.GetProperty("examples").EnumerateArray(), example =>
                Assert.Empty(JobSchema.Problems(JobSchema.Minimal(), $"{path}={example.GetRawText()}")));
        }
    }

    [Fact]
    public void The_demo_job_is_a_job_file()
    {
        var path = Path.Combine(Architecture.RepositoryRoot.Path, "jobs", "demo", "tickets.job.json");

        Assert.Empty(JobFile.Parse(File.ReadAllBytes(path), "tickets.job.json", JobSchema.Bytes, []).Problems);
    }

    [Theory]
    [InlineData("""{"type":"string","format":"uri"}""", "The job schema uses the keyword 'format', which is not known here.")]
    [InlineData("""{"type":"decimal"}""", "The job schema uses the type 'decimal', which is not known here.")]
    public void A_schema_that_outgrows_the_validator_is_refused(string schema, string expected)
    {
        using var document = JsonDocument.Parse(schema);
        var value = new JsonTree(JsonValueKind.String, default) { Text = "x" };

        var error = Assert.Throws<InvalidOperationException>(
            () => new SchemaValidator(document.RootElement, []).Validate(value));

        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void Records_have_no_property_that_the_schema_does_not_set()
    {
        // Prompts, inputs and the two error budgets share keys; the rest is one property, one key.
        Assert.Equal(14, CountOf<JobSpec>());
        Assert.Equal(3, CountOf<CanarySpec>());
        Assert.Equal(9, CountOf<SamplingParameters>());
        Assert.Equal(5, CountOf<OutputSpec>());
        Assert.Equal(5, CountOf<PolicySpec>());
    }

    private static int CountOf<T>() =>
        typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Count(item => item.CanWrite);

    private static string? RowProblem(string name, double value)
    {
        var given = double.IsInteger(value) ? RowValue.FromInteger((long)value) : RowValue.FromNumber(value);
        SamplingOverrides.Apply(new SamplingParameters(), name, given, out var problem);
        return problem;
    }

    private static IEnumerable<string> SchemaKeys(JsonElement rules, string path) =>
        Properties(rules, path).Select(item => item.Path);

    private static IEnumerable<(string Path, string Json)> Defaults(JsonElement rules, string path) => Properties(rules, path)
        .Where(item => item.Rules.TryGetProperty("default", out _) && !item.Path.StartsWith("input", StringComparison.Ordinal))
        .Select(item => (item.Path, JsonSerializer.Serialize(item.Rules.GetProperty("default"))));

    /// <summary>Properties of an object and below, items and alternatives without a step of their own in the path.</summary>
    private static IEnumerable<(string Path, JsonElement Rules)> Properties(JsonElement rules, string path)
    {
        if (rules.TryGetProperty("$ref", out var reference))
        {
            rules = Schema.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]);
        }

        var own = !rules.TryGetProperty("properties", out var members) ? [] : members.EnumerateObject().SelectMany(member =>
            Properties(member.Value, Join(path, member.Name)).Prepend((Join(path, member.Name), member.Value)));
        var items = rules.TryGetProperty("items", out var item) ? Properties(item, path) : [];
        var alternatives = rules.TryGetProperty("oneOf", out var list)
            ? list.EnumerateArray().SelectMany(alternative => Properties(alternative, path))
            : [];
        return own.Concat(items).Concat(alternatives).DistinctBy(property => property.Item1);
    }

    private static IEnumerable<string> Keys(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            Keys(member.Value, Join(path, member.Name)).Prepend(Join(path, member.Name))),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => Keys(item, path)),
        _ => [],
    };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
