namespace BatchLLM.Host.Service.Pages;

/// <summary>Marks an endpoint that people meet with a browser: it may be used with a session, and fails with a page.</summary>
internal sealed class PageMark;
