using BatchLLM.Jobs;
using BatchLLM.Prompts;
using BatchLLM.Prompts.Templates;
using BatchLLM.Rows;
using BatchLLM.Tests.Inference;
using BatchLLM.Tests.Jobs;
using BatchLLM.Tokens;
using Xunit;

namespace BatchLLM.Tests.Prompts;

/// <summary>One token a byte, a context of 300 tokens, and 256 of them for the completion unless the job says else.</summary>
public sealed class RowPreparerTests
{
    private const int Context = 300;

    [Fact]
    public void A_row_becomes_tokens_and_sampling()
    {
        var row = Prepare(Rows.OfText(("body", "Hi")), "sampling.max_tokens=8");

        Assert.Equal("Hi"u8.ToArray().Select(value => (int)value), row.PromptTokens!);
        Assert.Equal((8, null), (row.Sampling!.MaxTokens, row.Error));
    }

    [Fact]
    public void Raw_text_stands_between_the_tokens_that_the_tokenizer_adds()
    {
        var row = Preparer(new ByteTokenizer { Affixes = new AffixTokens([7, 8], [9]) }, "sampling.max_tokens=8", null)
            .Prepare(Rows.OfText(("body", "Hi")), isDuplicate: false);

        Assert.Equal([7, 8, 'H', 'i', 9], row.PromptTokens!);
        Assert.True(row.ContinuesText);
    }

    [Fact]
    public void A_chat_gets_only_what_its_template_writes()
    {
        var row = Preparer(
            new ByteTokenizer { Affixes = new AffixTokens([7], []) },
            "prompt={\"messages\":[{\"role\":\"user\",\"content\":\"{{body}}\"}]}",
            "{{ bos_token }}{{ messages[0].content }}").Prepare(Rows.OfText(("body", "Hi")), isDuplicate: false);

        Assert.Equal("<s>Hi"u8.ToArray().Select(value => (int)value), row.PromptTokens!);
        Assert.False(row.ContinuesText);
    }

    [Fact]
    public void Only_data_of_a_raw_text_is_literal()
    {
        var draft = new TemplatePrompts(JobSchema.Parse(JobSchema.Minimal(), "prompt.text=<|a|>{{body}}<|b|>").Require())
            .Build(Rows.OfText(("body", "<|c|>"))).Draft!;

        Assert.True(new PromptRenderer(null, new ChatTemplateContext { BosToken = "<s>" }).TryRender(draft, out var prompt, out _));
        Assert.Equal("<|a|><|c|><|b|>", prompt.Text);
        Assert.Equal("<|c|>", prompt.Text.Substring(Assert.Single(prompt.LiteralSpans).Start, prompt.LiteralSpans[0].Length));
    }

    [Fact]
    public void A_chat_for_a_model_without_a_template_fails_the_row() => Assert.Equal(
        new RowError(
            RowErrorCodes.TemplateRefused, "the model has no chat template; use a raw text prompt or add chat_template.jinja"),
        Prepare(Rows.OfText(("body", "Hi")), "prompt={\"messages\":[{\"role\":\"user\",\"content\":\"{{body}}\"}]}").Error);

    [Fact]
    public void An_overlong_prompt_fails_with_all_the_numbers() => Assert.Equal(
        new RowError(
            RowErrorCodes.PromptTooLong,
            "the prompt has 45 tokens; expected at most 44 (context 300 less max_tokens 256). " +
            "Shorten it, lower max_tokens, or set policies.overlong_prompt"),
        Prepare(Rows.OfText(("body", new string('x', 45)))).Error);

    [Theory]
    [InlineData("truncate_head")]
    [InlineData("truncate_tail")]
    [InlineData("truncate_middle")]
    public void An_overlong_prompt_is_cut_to_the_last_token_of_room(string policy)
    {
        var row = Prepare(Rows.OfText(("body", new string('x', 4000))), $"policies.overlong_prompt={policy}");

        Assert.Equal((null, Context - 256), (row.Error, row.PromptTokens!.Length));
    }

    [Fact]
    public void A_rows_own_max_tokens_makes_its_room()
    {
        var values = Rows.Of(("body", RowValue.FromText(new string('x', 4000))), ("m", RowValue.FromInteger(100)));

        var row = Prepare(values, "policies.overlong_prompt=truncate_tail", "sampling.columns.max_tokens=m");

        Assert.Equal(200, row.PromptTokens!.Length);
    }

    [Theory]
    [InlineData("fail")]
    [InlineData("truncate_tail")]
    public void Max_tokens_that_fill_the_context_are_named(string policy) => Assert.Equal(
        "max_tokens is 300; the model's context of 300 leaves no room for a prompt",
        Prepare(Rows.OfText(("body", "x")), $"policies.overlong_prompt={policy}", "sampling.max_tokens=300").Error!.Message);

    [Fact]
    public void A_row_without_an_id_fails()
    {
        var expected = new RowError(RowErrorCodes.MissingId, "column 'id' has no value; expected an id");

        Assert.Equal(expected, Prepare(Rows.OfText(("body", "x")), "id_column=id").Error);
        Assert.Equal(expected, Prepare(Rows.Of(("body", RowValue.FromText("x")), ("id", RowValue.Null)), "id_column=id").Error);
    }

    [Fact]
    public void A_second_row_of_an_id_fails()
    {
        var preparer = Preparer(new ChatTemplateContext(), "id_column=id");

        var row = preparer.Prepare(Rows.OfText(("body", "x"), ("id", "7")), isDuplicate: true);

        Assert.Equal(
            new RowError(RowErrorCodes.DuplicateId, "an earlier row has the same 'id'; expected unique ids"), row.Error);
    }

    [Theory]
    [InlineData("", Context - 10)] // what the context leaves: the prompt has 10 tokens
    [InlineData(",\"max_tokens\":null", Context - 10)]
    [InlineData(",\"max_completion_tokens\":7", 7)]
    public void A_request_that_says_nothing_of_max_tokens_gets_what_its_prompt_leaves_of_the_job_s(string more, int maxTokens)
    {
        var row = PrepareRequest($"{{\"prompt\":\"0123456789\"{more}}}");

        Assert.Equal((maxTokens, null), (row.Sampling!.MaxTokens, row.Error));
    }

    [Fact]
    public void A_request_whose_prompt_leaves_nothing_fails()
    {
        Assert.Equal(1, PrepareRequest($"{{\"prompt\":\"{new string('x', Context - 1)}\"}}").Sampling!.MaxTokens);
        Assert.Equal(
            RowErrorCodes.PromptTooLong, PrepareRequest($"{{\"prompt\":\"{new string('x', Context)}\"}}").Error!.Code);
        Assert.Equal(
            RowErrorCodes.PromptTooLong,
            PrepareRequest($"{{\"prompt\":\"{new string('x', Context - 1)}\",\"max_tokens\":2}}").Error!.Code);
    }

    [Fact]
    public void A_row_that_could_not_be_read_keeps_its_error()
    {
        var error = new RowError(RowErrorCodes.InvalidJson, "no");

        Assert.Same(error, Prepare(Row.Unreadable(new RowLocation("a", 1, 1), error)).Error);
    }

    [Fact]
    public void Columns_are_all_that_the_job_reads_and_carries_the_id_first()
    {
        string[] settings = ["id_column=id", "output.columns=[\"b\",\"id\",\"a\"]", "sampling.columns.seed=s"];
        var spec = JobSchema.Parse(JobSchema.Minimal(), settings).Require();

        Assert.Equal(["id", "b", "a"], RowPreparer.CarriedColumns(spec));
        Assert.Equal(["a", "b", "body", "id", "s"], New(spec, new ChatTemplateContext()).Columns.Order());
    }

    [Fact]
    public void Request_lines_are_carried_by_their_custom_id()
    {
        var spec = JobSchema.Parse(JobSchema.Minimal(), "prompt={\"openai_batch\":true}").Require();

        Assert.Equal(["custom_id"], RowPreparer.CarriedColumns(spec));
    }

    private static WindowRow Prepare(Row row, params string[] settings) =>
        Preparer(new ChatTemplateContext(), settings).Prepare(row, isDuplicate: false);

    private static WindowRow PrepareRequest(string body) =>
        Preparer(new ChatTemplateContext(), "prompt={\"openai_batch\":true}", "sampling.max_tokens=1000").Prepare(
            Rows.Of(
                ("custom_id", RowValue.FromText("a")), ("method", RowValue.FromText("POST")),
                ("url", RowValue.FromText("/v1/completions")), ("body", RowValue.FromJson(body))),
            isDuplicate: false);

    private static RowPreparer Preparer(ChatTemplateContext context, params string[] settings) =>
        New(JobSchema.Parse(JobSchema.Minimal(), settings).Require(), context);

    private static RowPreparer Preparer(ITokenizer tokenizer, string setting, string? template) => new(
        JobSchema.Parse(JobSchema.Minimal(), setting).Require(),
        new PromptRenderer(template is null ? null : ChatTemplate.Parse(template), new ChatTemplateContext { BosToken = "<s>" }),
        tokenizer,
        Context);

    private static RowPreparer New(JobSpec spec, ChatTemplateContext context) =>
        new(spec, new PromptRenderer(null, context), new ByteTokenizer(), Context);
}
