using System.Collections.Concurrent;
using System.Net.Sockets;

namespace ActorLog.Drills;

/// <summary>Clients that ask samples/django to log numbered texts, one request after the other, until nobody answers.</summary>
internal sealed class RequestLoad
{
    private const int Clients = 2;
    private readonly ConcurrentBag<string> _answered = [];

    private RequestLoad()
    {
    }

    /// <summary>The texts of the requests that were answered: the application has logged each.</summary>
    public IReadOnlyCollection<string> Answered => _answered;

    /// <summary>Ends when the application does, after it has answered something.</summary>
    public Task Done { get; private set; } = Task.CompletedTask;

    /// <summary>Starts the clients.</summary>
    public static RequestLoad Start(string socket)
    {
        var load = new RequestLoad();
        load.Done = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(() => load.Run(socket, client))));
        return load;
    }

    private async Task Run(string socket, int client)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, stop) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        for (var number = 0; ; number++)
        {
            var text = $"client-{client}-{number:d6}";
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://web/say?text={text}"));
                answer.EnsureSuccessStatusCode();
            }
            catch (HttpRequestException)
            {
                // gunicorn takes no more: whether this one was logged nobody knows.
                return;
            }

            _answered.Add(text);
        }
    }
}
