using System.Net;
using Microsoft.AspNetCore.Http;

namespace ActorLog.Node.Web;

/// <summary>
/// Refuses requests under a name that is not this node's, while the control plane listens on loopback only: a page in a
/// browser on this machine may point a name of its own at 127.0.0.1 (DNS rebinding), and would send that name. Addresses
/// cannot be rebound. Where the operator has opened the port to the network, any name is his to choose.
/// </summary>
internal sealed class HostGuard(IPEndPoint listen, string node)
{
    /// <summary>Whether a request under this host is answered.</summary>
    public bool Takes(HostString host) =>
        !IPAddress.IsLoopback(listen.Address)
        || !host.HasValue
        || IPAddress.TryParse(host.Host.Trim('[', ']'), out _)
        || host.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.Host.Equals(node, StringComparison.OrdinalIgnoreCase);
}
