"""Counts the words of a sentence by their lengths, which a Python function measures, into CSV files below --out URI."""
import argparse

from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf


@udf(result_type=DataTypes.INT())
def measure(word: str) -> int:
    return len(word)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--out', required=True)
    parser.add_argument('--text', default='to be or not to be that is the question')
    arguments = parser.parse_args()
    tables = TableEnvironment.create(EnvironmentSettings.in_batch_mode())
    words = tables.from_elements([(word,) for word in arguments.text.split()], ['word'])
    tables.create_temporary_view('words', words)
    tables.create_temporary_function('measure', measure)
    tables.execute_sql(
        "CREATE TABLE lengths (length INT, words BIGINT) "
        f"WITH ('connector' = 'filesystem', 'path' = '{arguments.out}', 'format' = 'csv')"
    )
    tables.execute_sql('INSERT INTO lengths SELECT measure(word), COUNT(*) FROM words GROUP BY measure(word)').wait()


if __name__ == '__main__':
    main()
