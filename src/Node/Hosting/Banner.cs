using ActorLog.Node.Listening;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Hosting;

/// <summary>What a person who starts the node wants to know: where it listens, where its files are, what to try.</summary>
internal static class Banner
{
    /// <summary>Prints it.</summary>
    public static void Show(NodeSettings settings, TextWriter output)
    {
        output.WriteLine($"{NodeProgram.Software}, node {settings.Name}, {settings.Roles.ToString().ToLowerInvariant()}");
        if (settings.Roles.HasFlag(NodeRoles.Edge))
        {
            foreach (var source in settings.Sources)
            {
                output.WriteLine($"  listens  {source.Name,-10} {SocketBinding.Name(source.Transport)} {source.EndPoint?.ToString() ?? source.Path}");
            }

            foreach (var sink in settings.Sinks.OfType<FileSinkNodeSettings>())
            {
                output.WriteLine($"  files    {sink.Name,-10} {Path.Combine(sink.Files.Directory, sink.Files.PathTemplate)}");
            }
        }

        if (settings.Roles.HasFlag(NodeRoles.Aggregator))
        {
            var files = settings.Aggregator.Files;
            output.WriteLine($"  files    {"aggregator",-10} {Path.Combine(files.Directory, files.PathTemplate)}");
            if (settings.Aggregator.Listen is { } gateway)
            {
                output.WriteLine($"  edges    {"gateway",-10} {gateway}");
            }
        }

        if (settings.Http is { } http)
        {
            output.WriteLine($"  health   {"http",-10} http://{http.Listen}/ready");
        }

        if (settings.Roles.HasFlag(NodeRoles.Edge) && CommandToTry(settings) is { } command)
        {
            output.WriteLine($"  try      {command}");
        }

        output.Flush();
    }

    private static string? CommandToTry(NodeSettings settings)
    {
        var source = settings.Sources.FirstOrDefault(static s => s.Transport == SourceTransport.Udp)
            ?? settings.Sources.FirstOrDefault(static s => s.Transport == SourceTransport.Tcp);
        return source?.EndPoint is { } at
            ? $"logger --server {at.Address} --port {at.Port} --{SocketBinding.Name(source.Transport)} --tag gunicorn.demo.app 'hello from logger'"
            : null;
    }
}
