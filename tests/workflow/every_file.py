"""What a run leaves, compared with the lists of files and with what its target makes again."""

import re


def unlisted(project, patterns):
    """Files below the results that no pattern of docs describes."""
    wild = [re.sub("<[a-z]+>", "*", pattern) for pattern in patterns]
    described = {
        file.relative_to(project.folder) for one in wild for file in project.results.glob(one)
    }
    return sorted(set(project.left()) - described)


def not_made_again(project, *targets, below=""):
    """Files below the results, or a folder of them, that the command would not make again."""
    assert project.makes(*targets) == set()
    lost = []
    for file in project.left():
        path = project.folder / file
        if not path.is_relative_to(project.results / below):
            continue
        kept = path.rename(path.with_name(".kept"))
        if file not in project.makes(*targets):
            lost.append(file)
        kept.rename(path)
    return lost
