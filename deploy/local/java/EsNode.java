package webcare.local;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;

/**
 * Starts one Elasticsearch node and keeps it until the process is asked to stop.
 *
 * <p>The published server jar has no entry point of its own: Elastic's is in the distribution only.
 * Arguments: the installation (holds {@code modules}) and the folder with {@code elasticsearch.yml}.
 * The log goes to standard output.
 */
public final class EsNode {
    /** Long enough to write what is in memory, shorter than the patience of the process that stops us. */
    private static final long CLOSE_SECONDS = 15;

    private EsNode() {}

    public static void main(String[] args) throws Exception {
        Path installation = Path.of(args[0]);
        Path config = Path.of(args[1]);
        log(installation);
        Node node = new Node(environment(installation, config), modules(installation));
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node, closed), "close-node"));
        node.start();
        closed.await();
    }

    private static void log(Path installation) {
        System.setProperty("es.path.home", installation.toString());
        LogConfigurator.configureESLogging();
        LogConfigurator.configureWithoutConfig(Settings.builder().put("logger.level", "info").build());
    }

    private static Environment environment(Path installation, Path config) {
        Settings home = Settings.builder().put("path.home", installation.toString()).build();
        return InternalSettingsPreparer.prepareEnvironment(home, new HashMap<>(), config, () -> "webcare");
    }

    /** The server is on the class path and not a Java module, so its modules are not looked up as such (false). */
    private static PluginsLoader modules(Path installation) {
        Set<PluginBundle> bundles = PluginsLoader.loadModulesBundles(installation.resolve("modules"), false);
        return PluginsLoader.createPluginsLoader(bundles, Set.of(), Map.of(), false);
    }

    private static void close(Node node, CountDownLatch closed) {
        try {
            node.close();
            if (!node.awaitClose(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("elasticsearch did not close within " + CLOSE_SECONDS + " s");
            }
        } catch (IOException | InterruptedException problem) {
            problem.printStackTrace();
        } finally {
            closed.countDown();
        }
    }
}
