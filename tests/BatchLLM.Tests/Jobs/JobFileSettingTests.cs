using System.Text.Json;
using BatchLLM.Jobs;
using Xunit;

namespace BatchLLM.Tests.Jobs;

public sealed class JobFileSettingTests
{
    [Theory]
    [InlineData("sampling.max_tokens=32")]
    [InlineData("sampling.max_tokens = 32")]
    public void A_value_that_is_JSON_is_taken_as_JSON(string setting) =>
        Assert.Equal(32, JobSchema.Parse(JobSchema.Minimal(), setting).Require().Sampling.Defaults.MaxTokens);

    [Theory]
    [InlineData("model=models/tiny", "models/tiny")]
    [InlineData("model=\"7\"", "7")]
    [InlineData("model=a=b", "a=b")]
    [InlineData("model={not json", "{not json")]
    [InlineData("model=say \"hi\"", "say \"hi\"")]
    public void Any_other_value_is_text(string setting, string expected) =>
        Assert.Equal(expected, JobSchema.Parse(JobSchema.Minimal(), setting).Require().Model);

    [Fact]
    public void An_option_of_text_is_text_even_if_it_looks_like_a_number()
    {
        var setting = JobFileSetting.OfText("--model", "model", "7");
        var json = System.Text.Encoding.UTF8.GetBytes(JobSchema.Minimal());

        Assert.Equal("7", JobFile.Parse(json, "job.json", JobSchema.Bytes, [setting]).Require().Model);
    }

    [Fact]
    public void Items_are_reached_by_their_index()
    {
        var spec = JobSchema.Parse(JobFileTests.Everything, "input.1.uri=c.parquet", "prompt.messages.0.content=New").Require();

        Assert.Equal("c.parquet", spec.Inputs[1].Uri);
        Assert.Equal("New", spec.Prompt.Messages![0].Content);
    }

    [Fact]
    public void The_last_setting_of_a_key_holds()
    {
        string[] settings = ["sampling.top_k=1", "sampling={\"top_k\":2}", "sampling.top_k=3"];
        var spec = JobSchema.Parse(JobSchema.Minimal(), settings).Require();

        Assert.Equal(3, spec.Sampling.Defaults.TopK);
    }

    [Theory]
    [InlineData("sampling.max_token=3", "--set sampling.max_token: unknown key 'sampling.max_token'; did you mean 'max_tokens'?")]
    [InlineData("modle=x", "--set modle: unknown key 'modle'; did you mean 'model'?")]
    [InlineData("sampling.max_tokens=0", "--set sampling.max_tokens: sampling.max_tokens is 0; expected 1 to 1048576")]
    [InlineData("sampling.max_tokens=many", "--set sampling.max_tokens: sampling.max_tokens is a text of 4 characters; expected a whole number")]
    [InlineData("name.x=1", "--set name.x: 'x' is no key of a text of 1 characters; expected an object there")]
    [InlineData("input.0.uri=b", "--set input.0.uri: '0' is no key of a text of 7 characters; expected an object there")]
    [InlineData("prompt={\"text\":\"a\",\"text\":\"b\"}", "--set prompt:1:13: the key 'text' is there twice, first on line 1; remove one")]
    public void A_bad_setting_is_named_by_its_option(string setting, string expected) =>
        Assert.Equal(expected, JobSchema.Problems(JobSchema.Minimal(), setting));

    [Theory]
    [InlineData("input.2.uri=x", "--set input.2.uri: '2' is no index of the array; expected 0 to 1")]
    [InlineData("input.first=x", "--set input.first: 'first' is no index of the array; expected 0 to 1")]
    [InlineData("input.-1=x", "--set input.-1: '-1' is no index of the array; expected 0 to 1")]
    public void An_index_must_be_there(string setting, string expected) =>
        Assert.Equal(expected, JobSchema.Problems(JobFileTests.Everything, setting));

    [Theory]
    [InlineData("")]
    [InlineData("model")]
    [InlineData("=3")]
    public void Text_without_a_key_and_an_equals_sign_is_no_setting(string text) => Assert.Null(JobFileSetting.TryParse(text));

    [Fact]
    public void Every_value_of_a_file_can_be_set_by_its_path_with_the_same_result()
    {
        var expected = JobSpecJson.Write(JobSchema.Parse(JobFileTests.Everything).Require());
        using var document = JsonDocument.Parse(JobFileTests.Everything);
        var settings = Leaves(document.RootElement, "").ToList();

        Assert.Equal(47, settings.Count);
        Assert.All(settings, setting =>
        {
            var changed = JobSchema.Parse(JobFileTests.Everything, $"{setting.Path}=[[]]");
            var restored = JobSchema.Parse(JobFileTests.Everything, $"{setting.Path}=[[]]", $"{setting.Path}={setting.Json}");
            Assert.NotEmpty(changed.Problems);
            Assert.All(changed.Problems, problem => Assert.StartsWith(setting.Path, problem.Path, StringComparison.Ordinal));
            Assert.Equal(expected, JobSpecJson.Write(restored.Require()));
        });
    }

    private static IEnumerable<(string Path, string Json)> Leaves(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => Leaves(member.Value, Join(path, member.Name))),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Leaves(item, Join(path, $"{index}"))),
        _ => [(path, element.GetRawText())],
    };

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
