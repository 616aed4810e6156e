using System.Text;
using ActorLog.Node.Hosting;
using Microsoft.AspNetCore.Http;

namespace ActorLog.Node.Web;

/// <summary>What the control plane answers: text, never cached, to GET and HEAD only.</summary>
internal sealed class Endpoints(HostGuard guard, Readiness readiness, PrometheusText metrics)
{
    private const string PlainText = "text/plain; charset=utf-8";

    /// <summary>Answers one request.</summary>
    public Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (!guard.Takes(context.Request.Host))
        {
            return WriteAsync(
                context, StatusCodes.Status421MisdirectedRequest,
                "This name is not the node's. Ask by address or as localhost, or listen on an address that is not loopback.\n");
        }

        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            return WriteAsync(context, StatusCodes.Status405MethodNotAllowed, "GET and HEAD only.\n");
        }

        return context.Request.Path.Value switch
        {
            "/alive" => WriteAsync(context, StatusCodes.Status200OK, "alive\n"),
            "/ready" => WriteAsync(
                context, readiness.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, readiness.Describe()),
            "/metrics" => WriteAsync(context, StatusCodes.Status200OK, metrics.Read(), PrometheusText.ContentType),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, "/alive, /ready, /metrics\n"),
        };
    }

    private static async Task WriteAsync(HttpContext context, int status, string text, string type = PlainText)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
