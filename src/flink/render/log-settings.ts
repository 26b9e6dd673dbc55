/**
 * Log4j settings of every process: to stdout, for whoever looks into the sandbox, and to a file of bounded size that
 * Flink's own UI shows. The file's name comes from -Dlog.file.
 */
import type { Logging } from '../spec.ts';

export function logSettings(level: Logging['level'] = 'INFO'): string {
  return `rootLogger.level = ${level}\n${otherSettings}`;
}

const otherSettings = `status = WARN

rootLogger.appenderRef.stdout.ref = Stdout
rootLogger.appenderRef.rolling.ref = Rolling

logger.pekko.name = org.apache.pekko
logger.pekko.level = INFO
logger.kafka.name = org.apache.kafka
logger.kafka.level = INFO
logger.hadoop.name = org.apache.hadoop
logger.hadoop.level = INFO
logger.zookeeper.name = org.apache.zookeeper
logger.zookeeper.level = INFO
logger.netty.name = org.jboss.netty.channel.DefaultChannelPipeline
logger.netty.level = OFF

appender.stdout.type = Console
appender.stdout.name = Stdout
appender.stdout.layout.type = PatternLayout
appender.stdout.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n

appender.rolling.type = RollingFile
appender.rolling.name = Rolling
appender.rolling.append = true
appender.rolling.fileName = \${sys:log.file}
appender.rolling.filePattern = \${sys:log.file}.%i
appender.rolling.layout.type = PatternLayout
appender.rolling.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.rolling.policies.type = Policies
appender.rolling.policies.size.type = SizeBasedTriggeringPolicy
appender.rolling.policies.size.size = 20MB
appender.rolling.strategy.type = DefaultRolloverStrategy
appender.rolling.strategy.max = 5
`;
