using ActorLog.Testing.Processes;

namespace ActorLog.Drills.Network;

/// <summary>
/// Machines on one switch, each a network namespace with an address of its own. Who does not hear whom is up to a firewall at
/// the hearer: what comes from there is dropped without a word. The switch is in a namespace too.
/// </summary>
internal sealed class Lan : IAsyncDisposable
{
    private readonly List<Place> _places = [];
    private readonly NetworkNamespace _switch;

    private Lan(NetworkNamespace around) => _switch = around;

    /// <summary>The address of the machine that is added as the first, second, and so on.</summary>
    public static string AddressOf(int index) => $"10.97.0.{index + 1}";

    /// <summary>Makes the switch, with nobody at it.</summary>
    public static async Task<Lan> Lay()
    {
        var lan = new Lan(await NetworkNamespace.Make("switch"));
        try
        {
            await lan._switch.Configure("link", "add", "switch", "type", "bridge");
            await lan._switch.Configure("link", "set", "switch", "up");
            return lan;
        }
        catch
        {
            await lan.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a machine, which hears everybody.</summary>
    public async Task<Place> Add(string name)
    {
        var (port, address) = ($"port{_places.Count}", AddressOf(_places.Count));
        var network = await NetworkNamespace.Make(name);
        var place = new Place(network, address);
        _places.Add(place);
        await _switch.Configure("link", "add", port, "type", "veth", "peer", "name", "lan", "netns", network.Name);
        await _switch.Configure("link", "set", port, "master", "switch", "up");
        await network.Configure("address", "add", $"{address}/24", "dev", "lan");
        await network.Configure("link", "set", "lan", "up");
        await network.Run(
            "nft",
            """
            table inet drill {
              set unheard { type ipv4_addr; }
              chain input { type filter hook input priority 0; ip saddr @unheard drop; }
            }
            """);
        return place;
    }

    /// <summary>From now on these cuts there are, and no others.</summary>
    public Task Cut(IEnumerable<Cut> cuts)
    {
        var unheard = cuts.ToLookup(static cut => cut.To, static cut => cut.From.Address);
        return Task.WhenAll(_places.Select(place => place.Network!.Run(
            "nft",
            unheard[place].Distinct().ToArray() is { Length: > 0 } from
                ? $"flush set inet drill unheard; add element inet drill unheard {{ {string.Join(", ", from)} }}"
                : "flush set inet drill unheard")));
    }

    /// <summary>Everybody hears everybody.</summary>
    public Task Heal() => Cut([]);

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places)
        {
            await place.Network!.DisposeAsync();
        }

        await _switch.DisposeAsync();
    }
}

/// <summary>What one sends does not arrive at the other.</summary>
internal sealed record Cut(Place From, Place To)
{
    /// <summary>Between two, both ways.</summary>
    public static IEnumerable<Cut> Between(Place one, Place other) => [new(one, other), new(other, one)];
}
