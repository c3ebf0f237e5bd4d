using BatchLLM.Inference;
using BatchLLM.Prompts;
using BatchLLM.Rows;
using BatchLLM.Tests.Jobs;
using Xunit;

namespace BatchLLM.Tests.Prompts;

public sealed class TemplatePromptsTests
{
    private static readonly TemplatePrompts Chat = Prompts(
        "prompt={\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"{{a}} {{b}}\"}]}");

    [Fact]
    public void Messages_are_filled_in()
    {
        var prompt = Chat.Build(Rows.OfText(("a", "x"), ("b", "y")));

        Assert.Null(prompt.Error);
        Assert.True(prompt.Draft!.IsChat);
        Assert.Equal(
            [new ChatMessage("system", "Be brief."), new ChatMessage("user", "x y")],
            prompt.Draft.Messages.Select(message => message.ToMessage()));
    }

    [Fact]
    public void A_raw_text_is_no_chat() => Assert.False(Prompts().Build(Rows.OfText(("body", "x"))).Draft!.IsChat);

    [Fact]
    public void A_prompt_without_placeholders_needs_no_data() =>
        Assert.NotNull(Prompts("prompt.text=Tell a story.").Build(Rows.Of()).Draft);

    [Fact]
    public void One_value_is_enough() =>
        Assert.NotNull(Chat.Build(Rows.Of(("a", RowValue.FromText(" ")), ("b", RowValue.FromText("y")))).Draft);

    [Fact]
    public void A_row_whose_values_are_all_blank_is_an_empty_prompt()
    {
        var error = Chat.Build(Rows.Of(("a", RowValue.Null), ("b", RowValue.FromText(" \n")))).Error;

        Assert.Equal(new RowError(RowErrorCodes.EmptyPrompt, "column 'a' and 'b' is empty; expected text"), error);
    }

    [Fact]
    public void Columns_are_all_that_the_prompt_and_the_overrides_read() =>
        Assert.Equal(["body", "t", "s"], Prompts("sampling.columns={\"temperature\":\"t\",\"seed\":\"s\",\"top_p\":\"t\"}").Columns);

    [Fact]
    public void A_rows_own_values_replace_the_jobs()
    {
        var prompts = Prompts(
            "sampling.columns={\"max_tokens\":\"m\",\"temperature\":\"t\",\"stop\":\"s\",\"seed\":\"q\"}", "sampling.top_k=5");
        var row = Rows.Of(
            ("body", RowValue.FromText("x")), ("m", RowValue.FromInteger(9)), ("t", RowValue.FromInteger(1)),
            ("s", RowValue.FromJson("[\"a\",\"b\"]")), ("q", RowValue.Null));

        Assert.Equivalent(
            new SamplingParameters { MaxTokens = 9, Temperature = 1, TopK = 5, Stop = ["a", "b"] }, prompts.Build(row).Sampling);
    }

    [Fact]
    public void A_column_that_the_row_lacks_overrides_nothing() =>
        Assert.Equal(256, Prompts("sampling.columns.max_tokens=m").Build(Rows.OfText(("body", "x"))).Sampling!.MaxTokens);

    public static TheoryData<string, RowValue, string> BadValues => new()
    {
        { "max_tokens", RowValue.FromInteger(0), "max_tokens is 0; expected 1 to 1048576" },
        { "max_tokens", RowValue.FromInteger(long.MaxValue), "max_tokens is 9223372036854775807; expected 1 to 1048576" },
        { "max_tokens", RowValue.FromNumber(1.5), "max_tokens is 1.5; expected a whole number" },
        { "max_tokens", RowValue.FromNumber(double.NaN), "max_tokens is NaN; expected a whole number" },
        { "max_tokens", RowValue.FromNumber(1e300), "max_tokens is 1E+300; expected a whole number" },
        { "max_tokens", RowValue.FromText("0"), "max_tokens is 0; expected 1 to 1048576" },
        { "max_tokens", RowValue.FromText("many"), "max_tokens is of type text; expected a number" },
        { "max_tokens", RowValue.FromText("1,024"), "max_tokens is of type text; expected a number" },
        { "max_tokens", RowValue.FromBoolean(true), "max_tokens is of type boolean; expected a number" },
        { "temperature", RowValue.FromNumber(double.NaN), "temperature is NaN; expected 0 to 2" },
        { "temperature", RowValue.FromNumber(double.PositiveInfinity), "temperature is Infinity; expected 0 to 2" },
        { "temperature", RowValue.FromText("0,7"), "temperature is of type text; expected a number" },
        { "temperature", RowValue.FromText("NaN"), "temperature is NaN; expected 0 to 2" },
        { "temperature", RowValue.FromJson("[0.7]"), "temperature is of type json; expected a number" },
        { "top_p", RowValue.FromInteger(0), "top_p is 0; expected above 0 and at most 1" },
        { "top_k", RowValue.FromInteger(-1), "top_k is -1; expected 0 to 1000000" },
        { "seed", RowValue.FromNumber(0.5), "seed is 0.5; expected a whole number" },
        { "repetition_penalty", RowValue.FromNumber(0), "repetition_penalty is 0; expected above 0 and at most 10" },
        { "presence_penalty", RowValue.FromNumber(2.5), "presence_penalty is 2.5; expected -2 to 2" },
        { "frequency_penalty", RowValue.FromInteger(-3), "frequency_penalty is -3; expected -2 to 2" },
        { "stop", RowValue.FromText(""), "stop text 1 is empty; expected at least one character" },
        { "stop", RowValue.FromInteger(5), "stop is of type integer; expected a text or an array of texts" },
        { "stop", RowValue.FromJson("{}"), "stop is of type json; expected a text or an array of texts" },
        { "stop", RowValue.FromJson("[1]"), "stop is of type json; expected a text or an array of texts" },
        { "stop", RowValue.FromJson("[\"\\ud800\"]"), "stop is of type json; expected a text or an array of texts" },
    };

    [Theory]
    [MemberData(nameof(BadValues), DisableDiscoveryEnumeration = true)]
    public void A_bad_value_fails_the_row_by_column_and_range(string name, RowValue value, string expected)
    {
        var error = Prompts($"sampling.columns.{name}=c").Build(Rows.Of(("body", RowValue.FromText("x")), ("c", value))).Error;

        Assert.Equal(new RowError(RowErrorCodes.InvalidParameter, $"column 'c': {expected}"), error);
    }

    [Theory]
    [InlineData("max_tokens")]
    [InlineData("top_k")]
    [InlineData("seed")]
    public void A_double_without_a_fraction_is_a_whole_number(string name)
    {
        var row = Rows.Of(("body", RowValue.FromText("x")), ("c", RowValue.FromNumber(64.0)));

        var sampling = Prompts($"sampling.columns.{name}=c").Build(row).Sampling!;

        Assert.Contains(64L, new[] { sampling.MaxTokens, sampling.TopK, (long)sampling.Seed });
    }

    [Fact]
    public void Numbers_of_a_column_that_holds_text_are_numbers_and_an_empty_one_is_missing()
    {
        var prompts = Prompts(
            "sampling.columns.max_tokens=m", "sampling.columns.temperature=t", "sampling.columns.seed=s", "sampling.columns.top_k=k");

        var row = Rows.OfText(("body", "x"), ("m", "64"), ("t", "0.70"), ("s", "-1"), ("k", ""));

        Assert.Equivalent(
            new SamplingParameters { MaxTokens = 64, Temperature = 0.7, Seed = ulong.MaxValue, TopK = 0 }, prompts.Build(row).Sampling);
    }

    private static TemplatePrompts Prompts(params string[] settings) =>
        new(JobSchema.Parse(JobSchema.Minimal(), settings).Require());
}
